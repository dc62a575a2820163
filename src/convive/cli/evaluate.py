"""``convive evaluate``: which designs the data bear, what they could see, and the registration of an evaluation."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from convive.cli.screen import LANGUAGE, Folder, out, plain, text
from convive.errors import FINE, EvaluationError, Problem
from convive.observatory import Observatory, misfits, read_toml
from convive.staging import recover

if TYPE_CHECKING:
    from convive.evaluation.propose import Proposal
    from convive.evaluation.registration import Registration
    from convive.evaluation.series import Panel

SIMULATIONS = 1000


def run(
    folder: Folder,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=text("evaluate.file"))],
    write: Annotated[bool, typer.Option("--register", help=text("evaluate.register"))] = False,
) -> None:
    from convive.evaluation.propose import proposals
    from convive.evaluation.registration import register

    observatory = Observatory.open(folder)
    registration = _registration(file)
    panel = _panel(observatory, registration)
    found = proposals(panel, registration.treated, registration.start, registration.comparison)
    out.print(_table(found))
    for sentence in _power(panel, registration):
        out.print(sentence, markup=False)
    chosen = next(one for one in found if one.design == registration.design)
    if not write:
        out.print(text("evaluate.not_yet"), markup=False)
        raise typer.Exit(FINE)
    if not chosen.possible:
        problem = Problem("registration-design-refused", file=file.name, value=registration.design)
        raise EvaluationError([problem, *chosen.problems])
    entry = register(observatory.registrations, registration, on=dt.date.today())
    out.print(text("evaluate.registered", number=entry.number, hash=entry.hash), markup=False, soft_wrap=True)


def _registration(file: Path) -> Registration:
    from pydantic import ValidationError

    from convive.evaluation.registration import Registration

    try:
        return Registration.model_validate(read_toml(file))
    except ValidationError as error:
        raise EvaluationError(misfits(file, error)) from error


def _panel(observatory: Observatory, one: Registration) -> Panel:
    """Whole months of the places named, from the private tables of the last build."""
    from convive.build import counted
    from convive.publication.release.evaluations import months_of

    recover(observatory.folder)
    panel = months_of(counted(observatory), one)
    if panel is None:
        raise EvaluationError(Problem("power-no-events", values={"n": 0}))
    return panel


def _table(found: tuple[Proposal, ...]) -> Table:
    table = Table(text("evaluate.design"), text("evaluate.possible"), text("evaluate.why"))
    for one in found:
        why = [problem.reason(LANGUAGE) for problem in one.problems]
        if not one.offered:
            why.append(text("evaluate.not_offered"))
        table.add_row(one.design, text("evaluate.yes" if one.possible else "evaluate.no"), plain("\n".join(why)))
    return table


def _power(panel: Panel, one: Registration) -> list[str]:
    from convive.evaluation.power import beside, sentences, smallest_falls

    before = [end <= one.start for end in panel.ends]
    own = panel.counts[panel.rows(one.treated)].sum(axis=0)[before]
    other = beside(one.design, panel.counts[panel.rows(one.comparison)][:, before]) if one.comparison else None
    try:
        found = smallest_falls(own, one.design, comparison=other, simulations=SIMULATIONS)
    except EvaluationError as error:
        return [problem.reason(LANGUAGE) for problem in error.problems]
    return sentences(found, LANGUAGE)
