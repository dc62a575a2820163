"""``convive choose``: what to do, how firm that is, and who sees it otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.table import Table
from rich.text import Text

from convive.cli.screen import LANGUAGE, Folder, out, plain, text
from convive.errors import FINE, FOUND
from convive.observatory import Observatory
from convive.texts import number

if TYPE_CHECKING:
    from convive.decision.choice import Choice


def run(
    folder: Folder,
    draws: Annotated[int, typer.Option(help=text("choose.draws"), metavar="N", min=1_000)] = 100_000,
    seed: Annotated[int, typer.Option(help=text("choose.seed"), metavar="N", min=0)] = 0,
    questions: Annotated[bool, typer.Option("--questions", help=text("choose.questions"))] = False,
) -> None:
    from convive.decision.choice import choose
    from convive.decision.reading import load
    from convive.decision.words import decision, dissent, doubt, swing_questions

    choice = choose(load(Observatory.open(folder).strategy), draws=draws, seed=seed)
    if questions:
        _say(swing_questions(choice, LANGUAGE))
        raise typer.Exit(FINE)
    table = choice.strategy.table
    out.print(Text(plain(table.title[LANGUAGE]), "bold"))
    out.print(Text(plain(table.source[LANGUAGE]), "dim"))
    _heading("decision")
    out.print(_matrix(choice))
    _say(decision(choice, LANGUAGE))
    _heading("doubt")
    _say(doubt(choice, LANGUAGE))
    out.print(_firmness(choice))
    _say([text("choose.firmness_note", draws=draws, seed=seed, error=_error(choice))])
    out.print(_profiles(choice))
    _suggested(choice)
    _heading("dissent")
    _say(dissent(choice, LANGUAGE))
    if choice.dissent is not None:
        out.print(_scorers(choice))
    if choice.strategy.support:
        _heading("stakeholders")
        out.print(_stakeholders(choice))
        people = choice.strategy.stakeholders
        if people is not None:
            _say([people.source[LANGUAGE], text("choose.stakeholders_note")])
    raise typer.Exit(FOUND if choice.wrong_totals else FINE)


def _suggested(choice: Choice) -> None:
    """What effects measured elsewhere suggest beside the scores given, as the page says it."""
    from convive.publication.pages.choose import suggested_rows, suggested_words
    from convive.publication.release.choosing import choosing

    told = choosing(choice)
    if not told["suggested"]:
        return
    _heading("suggested")
    for row in suggested_rows(told, LANGUAGE):
        approach, criterion, given, score, why = (cell if isinstance(cell, str) else cell.text for cell in row)
        line = text("choose.suggested_line", approach=approach, criterion=criterion, given=given, score=score, why=why)
        _say([line])
    _say(list(suggested_words(told, LANGUAGE)))


def _heading(name: str) -> None:
    out.print()
    out.print(Text(text(f"choose.{name}"), "bold"))


def _say(sentences: list[str]) -> None:
    for sentence in sentences:
        out.print(Text(f"• {plain(sentence)}"))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=Text(title, "bold"), title_justify="left")
    table.add_column(Text(columns[0]), overflow="fold")
    for column in columns[1:]:
        table.add_column(Text(plain(column)), justify="right", overflow="fold")
    return table


def _matrix(choice: Choice) -> Table:
    from convive.decision.words import points

    matrix, wrong = choice.matrix, {found.approach: found.printed for found in choice.wrong_totals}
    heads = [
        f"{'−' if sign < 0 else '+'} {choice.criterion(j, LANGUAGE)}"
        + ("" if matrix.weights[j] == 1 else f" × {points(float(matrix.weights[j]), LANGUAGE)}")
        for j, sign in enumerate(matrix.signs)
    ]
    table = _table(text("choose.matrix"), text("choose.approach"), *heads, text("choose.total"), text("choose.place"))
    for i in np.argsort(choice.places, kind="stable"):
        total = points(float(matrix.totals[i]), LANGUAGE)
        printed = wrong.get(matrix.approaches[i])
        said = total if printed is None else text("choose.misprinted", total=total, printed=points(printed, LANGUAGE))
        cells = [points(float(score), LANGUAGE) for score in matrix.scores[i]]
        table.add_row(Text(plain(choice.label(int(i), LANGUAGE))), *cells, Text(said), str(choice.places[i]))
    return table


def _firmness(choice: Choice) -> Table:
    from convive.decision.words import percent

    heads = [text(f"choose.setting.{name}") for name in choice.firmness]
    table = _table(text("choose.firmness"), text("choose.approach"), *heads)
    for i in np.argsort(choice.places, kind="stable"):
        shares = [percent(float(found.first[i]), LANGUAGE) for found in choice.firmness.values()]
        table.add_row(Text(plain(choice.label(int(i), LANGUAGE))), *shares)
    return table


def _profiles(choice: Choice) -> Table:
    """For each approach that some weights put first: the typical such weights, and how sure it is first with them."""
    from convive.decision.words import percent

    found = choice.firmness["both"]
    heads = [choice.criterion(j, LANGUAGE) for j in range(len(choice.matrix.criteria))]
    table = _table(text("choose.profiles"), text("choose.approach"), *heads, text("choose.confidence"))
    for i in np.argsort(-found.first, kind="stable"):
        if np.isfinite(found.confidence[i]):
            shares = [percent(float(share), LANGUAGE) for share in found.central[i]]
            name = Text(plain(choice.label(int(i), LANGUAGE)))
            table.add_row(name, *shares, percent(float(found.confidence[i]), LANGUAGE))
    return table


def _scorers(choice: Choice) -> Table:
    """Each sheet's first place, its distance to the others, and its weights: the matrix's where it gives none."""
    from convive.decision.words import percent

    dissent = choice.dissent
    assert dissent is not None
    matrix = choice.matrix
    heads = [text("choose.weight", criterion=choice.criterion(j, LANGUAGE)) for j in range(len(matrix.criteria))]
    columns = [text(f"choose.{name}") for name in ("scorer", "own_first", "distance")]
    table = _table(text("choose.sheets"), *columns, *heads)
    for at, distance in enumerate(dissent.distances):
        own = ", ".join(choice.label(int(i), LANGUAGE) for i in np.flatnonzero(dissent.first[at])) or "–"
        name = Text(plain(choice.scorer(at, LANGUAGE)))
        sheet = choice.strategy.sheets[at]
        weights = matrix.weights if sheet.weights is None else sheet.weights
        shares = [percent(float(share), LANGUAGE) for share in weights / weights.sum()]
        table.add_row(name, Text(plain(own)), number(float(distance), LANGUAGE, 2), *shares)
    return table


def _stakeholders(choice: Choice) -> Table:
    from convive.decision.words import points

    support = choice.strategy.support
    at = {name: choice.matrix.criteria.index(name) for name in support}
    heads = [
        text(f"choose.{head}", criterion=choice.criterion(at[name], LANGUAGE)) for name in support for head in COMPARED
    ]
    table = _table(text("choose.feeding"), text("choose.approach"), *heads)
    for i in range(len(choice.matrix.approaches)):
        cells = []
        for name, found in support.items():
            known = bool(np.isfinite(found.value[i]))
            score = points(float(choice.matrix.scores[i, at[name]]), LANGUAGE)
            cells += [score, number(float(found.value[i]), LANGUAGE, 1) if known else "–", str(found.known[i])]
        table.add_row(Text(plain(choice.label(i, LANGUAGE))), *cells)
    return table


COMPARED = ("scored", "derived", "known")


def _error(choice: Choice) -> str:
    return number(100 * max(found.error for found in choice.firmness.values()), LANGUAGE, 1)
