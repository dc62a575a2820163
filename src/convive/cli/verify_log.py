"""``convive verify-log``: is the log of the office whole?"""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Annotated

import typer

from convive.cli.screen import LANGUAGE, Folder, complain, out, text
from convive.committee.chain import Head, Verified
from convive.committee.published import published_heads, remember, seen_heads
from convive.errors import FINE, FOUND, CommitteeError, Problem, WrongUse
from convive.observatory import Observatory
from convive.texts import date


def run(
    folder: Folder,
    head: Annotated[list[str] | None, typer.Option("--head", help=text("verify_log.head"), metavar="N:HASH")] = None,
) -> None:
    observatory = Observatory.open(folder)
    known = [*map(_head, head or ()), *published_heads(observatory.public), *seen_heads(observatory.folder)]
    heads = list(dict.fromkeys(known))
    found = _checked(observatory.folder, heads)
    if found.problems:
        complain(CommitteeError(found.problems), LANGUAGE)
        out.print(text("verify_log.broken", lines=found.lines, problems=len(found.problems)), markup=False)
        raise typer.Exit(FOUND)
    if found.head:
        remember(observatory.folder, found.head)
    told = text("verify_log.whole", lines=found.lines, head=str(found.head)) if found.head else text("verify_log.empty")
    out.print(told, markup=False, soft_wrap=True)
    if heads:
        out.print(text("verify_log.compared", heads=len(heads)), markup=False)
    _tell_beginnings()
    raise typer.Exit(FINE)


def _head(said: str) -> Head:
    found = Head.parse(said)
    if found is None:
        raise WrongUse(Problem("journal-head-unreadable", value=said))
    return found


def _tell_beginnings() -> None:
    """How often the process that remembers what came last began: no fault, but somebody should know why."""
    from convive.web.citizen import proof

    begun = proof.begun()
    if begun:
        number, day = begun[-1]
        told = text("verify_log.begun", times=len(begun), day=date(day, LANGUAGE), line=number)
        out.print(told, markup=False, soft_wrap=True)


def _checked(folder: Path, heads: list[Head]) -> Verified:
    from convive.web.database import is_there

    if not is_there(folder):
        raise CommitteeError(Problem("no-office-database", values={"folder": folder}))
    os.environ["CONVIVE_OBSERVATORY"] = str(folder.resolve())
    from convive.web.office import setup

    setup()
    from convive.web.citizen import proof
    from convive.web.journal.checking import check

    found = check(heads)
    return dataclasses.replace(found, problems=(*found.problems, *proof.check().problems))
