"""``convive serve``: show the built site on this machine."""

from __future__ import annotations

import errno
import socket
from typing import Annotated

import typer

from convive.cli.screen import Folder, out, text
from convive.errors import BuildError, Problem, WrongUse
from convive.observatory import Observatory
from convive.staging import recover


def run(
    folder: Folder, bind: Annotated[str, typer.Option(help=text("serve.bind"), metavar="HOST:PORT")] = "127.0.0.1:8000"
) -> None:
    host, port = address_of(bind)
    observatory = Observatory.open(folder)
    recover(folder)
    if not (observatory.public / "index.html").exists():
        raise BuildError(Problem("not-built", file=str(folder)))
    refuse_taken_port(host, port)

    from convive.web.server import serve

    out.print(text("serve.at", address=bind), markup=False)
    serve(observatory.public, host=host, port=port)


def address_of(bind: str) -> tuple[str, int]:
    """Host and port of ``HOST:PORT``; raises :class:`WrongUse` for anything else."""
    host, _, port = bind.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise WrongUse(Problem("bad-address", value=bind))
    return host.strip("[]"), int(port)


def refuse_taken_port(host: str, port: int) -> None:
    """Raises :class:`BuildError` where another program listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror as error:
            raise WrongUse(Problem("bad-address", value=f"{host}:{port}")) from error
        except OSError as error:
            code = "bad-address" if error.errno == errno.EADDRNOTAVAIL else "port-taken"
            raise BuildError(Problem(code, value=str(port) if code == "port-taken" else host)) from error
