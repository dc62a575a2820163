"""``convive office``: the office for signed-in people, and the accounts of those who cannot be made in it."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from convive.cli.screen import Folder, out, text
from convive.cli.serve import address_of, refuse_taken_port
from convive.committee.roles import roles
from convive.errors import Problem, WrongUse
from convive.observatory import Observatory


def run(
    folder: Folder,
    bind: Annotated[str, typer.Option(help=text("serve.bind"), metavar="HOST:PORT")] = "127.0.0.1:8001",
    add: Annotated[str, typer.Option("--add", help=text("office.add"), metavar="USER")] = "",
    role: Annotated[
        str, typer.Option("--role", help=text("office.role", roles=", ".join(roles())), metavar="ROLE")
    ] = "",
    unit: Annotated[str, typer.Option("--unit", help=text("office.unit"), metavar="CODE")] = "",
    body: Annotated[str, typer.Option("--body", help=text("office.body"), metavar="ID")] = "",
    remove: Annotated[str, typer.Option("--remove", help=text("office.remove"), metavar="USER")] = "",
    reset: Annotated[str, typer.Option("--reset-second-factor", help=text("office.reset"), metavar="USER")] = "",
) -> None:
    host, port = address_of(bind)
    Observatory.open(folder)
    if add or remove or reset:
        _setup(folder)
        _people(add, (role, unit, body), remove, reset)
        return
    refuse_taken_port(host, port)

    from convive.web.server import serve_office

    out.print(text("office.at", address=bind), markup=False)
    serve_office(folder, host=host, port=port)


def _setup(folder: Path) -> None:
    os.environ["CONVIVE_OBSERVATORY"] = str(folder.resolve())
    from convive.web.office import setup

    setup()


def _people(add: str, role: tuple[str, str, str], remove: str, reset: str) -> None:
    from convive.web.office.people import reset_second_factor, seat, unseat

    if remove:
        if not unseat(remove):
            raise WrongUse(Problem("no-such-user", value=remove))
        out.print(text("office.removed", user=remove), markup=False)
    if add:
        is_new = seat(add, _password(), *role)
        out.print(text("office.added" if is_new else "office.changed", user=add), markup=False)
    if reset:
        if not reset_second_factor(reset):
            raise WrongUse(Problem("no-such-user", value=reset))
        out.print(text("office.was_reset", user=reset), markup=False)


def _password() -> str:
    """Typed twice by a person, or the first line of what is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass(text("office.password"))
    if getpass.getpass(text("office.again")) != first:
        raise WrongUse(Problem("passwords-differ"))
    return first
