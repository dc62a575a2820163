"""What an observatory keeps of its decision: ``strategy/matrix.toml``, ``strategy/stakeholders.toml`` and the sheets of
``strategy/scores/``. The one file of this room that reads files."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field, FiniteFloat

from convive.decision.matrix import Floats, Matrix, Scale
from convive.decision.stakeholders import STRONG, Stakeholders, Support, capacity, feasibility
from convive.decision.swing import swing_weights
from convive.errors import DecisionError, Problem
from convive.observatory import Bilingual, Strict, read_toml

MATRIX_FILE = "matrix.toml"
STAKEHOLDERS_FILE = "stakeholders.toml"
SHEETS = "scores"
SHEET_COLUMNS = ["approach", "criterion", "score", "reason"]
NAME = r"^[a-z][a-z0-9-]*$"


class ScaleTable(Strict):
    """The scale of all criteria."""

    low: FiniteFloat
    high: FiniteFloat
    step: FiniteFloat = Field(default=1.0, gt=0)


class BlindTable(Strict):
    """Who is to score; nobody's sheet is shown before all of them are there. ``named``: the public page may say who saw
    it otherwise; else it tells that somebody did."""

    scorers: tuple[str, ...]
    named: bool = False


class FieldTable(Strict):
    """A group of approaches."""

    id: str = Field(pattern=NAME)
    label: Bilingual


class CriterionTable(Strict):
    """A criterion: whether ``more`` or ``less`` of it is better, its weight and ``why``, and in ``anchors`` what values
    of the scale mean in words, its two ends at least. ``stakeholders``: what of theirs feeds its scores. ``evidence``:
    effects measured elsewhere suggest a score, which is shown beside the one given."""

    id: str = Field(pattern=NAME)
    label: Bilingual
    direction: Literal["more", "less"]
    weight: FiniteFloat = Field(ge=0)
    question: Bilingual
    why: Bilingual | None = None
    source: str = ""
    stakeholders: Literal["support", "capacity"] | None = None
    evidence: bool = False
    anchors: Mapping[str, Bilingual]


class ScoreTable(Strict):
    """A score, why, and where that is written. Without ``value`` it is computed from the stakeholders."""

    value: FiniteFloat | None = None
    reason: Bilingual | None = None
    source: str = ""


class ApproachTable(Strict):
    """An approach, its scores by criterion and, where one was printed, its total."""

    id: str = Field(pattern=NAME)
    label: Bilingual
    field: str
    source: str = ""
    printed_total: FiniteFloat | None = None
    scores: Mapping[str, ScoreTable]


class MatrixTable(Strict):
    """The whole of ``matrix.toml``."""

    title: Bilingual
    source: Bilingual
    scale: ScaleTable
    blind: BlindTable | None = None
    field: tuple[FieldTable, ...]
    criterion: tuple[CriterionTable, ...]
    approach: tuple[ApproachTable, ...]


class StakeholderTable(Strict):
    """A stakeholder; approaches that ``position`` or ``capacity`` do not name are not known."""

    id: str = Field(pattern=NAME)
    label: Bilingual
    source: str = ""
    power: FiniteFloat
    interest: FiniteFloat
    counts_as_support: bool = True
    reason: Bilingual | None = None
    position: Mapping[str, FiniteFloat] = Field(default_factory=dict)
    capacity: Mapping[str, FiniteFloat] = Field(default_factory=dict)


class StakeholdersTable(Strict):
    """The whole of ``stakeholders.toml``."""

    source: Bilingual
    stakeholder: tuple[StakeholderTable, ...]


class SheetTable(Strict):
    """One scorer's sheet. ``swing``: points of each criterion's swing, 100 for the one made first."""

    label: Bilingual | None = None
    synthetic: Bilingual | None = None
    scores: Mapping[str, Mapping[str, FiniteFloat]]
    reasons: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)
    swing: Mapping[str, FiniteFloat] | None = None


@dataclass(frozen=True)
class Sheet:
    """What one scorer gave: ``scores`` (n, m), NaN where left open; ``reasons`` by row and column; ``weights`` (m,)
    from the swings, in the matrix's units, or None."""

    scorer: str
    label: Bilingual
    synthetic: Bilingual | None
    scores: Floats
    reasons: Mapping[tuple[int, int], str]
    weights: Floats | None


@dataclass(frozen=True)
class Strategy:
    """All that a decision rests on. ``from_stakeholders``: cells (row, column) whose score was computed; ``support``:
    by criterion, what the stakeholders give; ``waiting``: scorers whose sheet is not there or not complete, in which
    case ``sheets`` is empty."""

    table: MatrixTable
    matrix: Matrix
    stakeholders: StakeholdersTable | None
    support: Mapping[str, Support]
    from_stakeholders: frozenset[tuple[int, int]]
    sheets: tuple[Sheet, ...]
    waiting: tuple[str, ...]

    @property
    def printed(self) -> dict[str, float]:
        """The totals that the matrix's source printed, by approach."""
        return {row.id: row.printed_total for row in self.table.approach if row.printed_total is not None}


def load(folder: Path) -> Strategy:
    """Read the decision of ``folder``, an observatory's ``strategy/``.

    Raises :class:`~convive.errors.DecisionError`, or :class:`~convive.errors.ObservatoryError` for TOML that cannot be
    read, with every mistake found in a file.
    """
    path = folder / MATRIX_FILE
    if not path.is_file():
        raise DecisionError(Problem("matrix-missing", file=str(folder)))
    table = MatrixTable.model_validate(read_toml(path, MatrixTable))
    _refuse(_matrix_mistakes(table, path.name))
    scale = Scale(table.scale.low, table.scale.high, table.scale.step)
    people = _stakeholders(folder / STAKEHOLDERS_FILE, table, scale)
    support = _support(table, people, scale)
    scores, computed = _scores(table, support, path.name)
    matrix = Matrix(
        approaches=tuple(row.id for row in table.approach),
        criteria=tuple(row.id for row in table.criterion),
        scores=scores,
        signs=np.array([1.0 if row.direction == "more" else -1.0 for row in table.criterion]),
        weights=np.array([row.weight for row in table.criterion], dtype=np.float64),
        scale=scale,
    )
    sheets, waiting = _sheets(folder / SHEETS, table, matrix)
    return Strategy(table, matrix, people, support, computed, sheets, waiting)


def _matrix_mistakes(table: MatrixTable, file: str) -> list[Problem]:
    criteria = [row.id for row in table.criterion]
    fields = [row.id for row in table.field]
    problems = _twice([row.id for row in table.approach], file) + _twice(criteria, file) + _twice(fields, file)
    if len(table.approach) < 2 or not criteria or not any(row.weight > 0 for row in table.criterion):
        values = {"approaches": len(table.approach), "criteria": sum(row.weight > 0 for row in table.criterion)}
        problems.append(Problem("matrix-too-small", file=file, values=values))
    scale = table.scale
    if not scale.low + scale.step <= scale.high:
        problems.append(Problem("matrix-scale", file=file, value=f"{scale.low:g} … {scale.high:g}"))
    for criterion in table.criterion:
        ends = {f"{scale.low:g}", f"{scale.high:g}"} - set(criterion.anchors)
        problems += [Problem("matrix-anchor-missing", file, column=criterion.id, value=end) for end in sorted(ends)]
    for approach in table.approach:
        problems += _unknown([approach.field], fields, file, f"{approach.id}.field")
        problems += _unknown(approach.scores, criteria, file, f"{approach.id}.scores")
        given = {name: score.value for name, score in approach.scores.items() if score.value is not None}
        problems += _off_scale(given, table.scale, file, approach.id)
    return problems


def _scores(table: MatrixTable, support: Mapping[str, Support], file: str) -> tuple[Floats, frozenset[tuple[int, int]]]:
    scores = np.full((len(table.approach), len(table.criterion)), np.nan)
    computed, problems = set(), []
    for i, approach in enumerate(table.approach):
        for j, criterion in enumerate(table.criterion):
            given = approach.scores.get(criterion.id)
            if given is not None and given.value is not None:
                scores[i, j] = given.value
            elif criterion.id in support and np.isfinite(support[criterion.id].value[i]):
                scores[i, j] = support[criterion.id].value[i]
                computed.add((i, j))
            else:
                problems.append(Problem("matrix-score-missing", file, column=approach.id, value=criterion.id))
    _refuse(problems)
    return scores, frozenset(computed)


def _stakeholders(path: Path, table: MatrixTable, scale: Scale) -> StakeholdersTable | None:
    if not path.is_file():
        return None
    people = StakeholdersTable.model_validate(read_toml(path, StakeholdersTable))
    approaches = [row.id for row in table.approach]
    problems = _twice([row.id for row in people.stakeholder], path.name)
    for row in people.stakeholder:
        problems += _unknown(row.position, approaches, path.name, f"{row.id}.position")
        problems += _unknown(row.capacity, approaches, path.name, f"{row.id}.capacity")
        problems += _off_scale({"power": row.power, "interest": row.interest}, table.scale, path.name, row.id)
        problems += _off_scale(row.capacity, table.scale, path.name, f"{row.id}.capacity")
        limits = ScaleTable(low=-STRONG, high=STRONG)
        problems += _off_scale(row.position, limits, path.name, f"{row.id}.position")
    if scale.low < 0:
        problems.append(Problem("stakeholders-scale", file=path.name, value=f"{scale.low:g}"))
    _refuse(problems)
    return people


def _support(table: MatrixTable, people: StakeholdersTable | None, scale: Scale) -> dict[str, Support]:
    if people is None or not people.stakeholder:
        return {}
    approaches = [row.id for row in table.approach]
    arrays = Stakeholders(
        power=np.array([row.power for row in people.stakeholder]),
        interest=np.array([row.interest for row in people.stakeholder]),
        position=_named([row.position for row in people.stakeholder], approaches),
        capacity=_named([row.capacity for row in people.stakeholder], approaches),
        counted=np.array([float(row.counts_as_support) for row in people.stakeholder]),
    )
    told = {"support": feasibility(arrays, scale), "capacity": capacity(arrays)}
    return {row.id: told[row.stakeholders] for row in table.criterion if row.stakeholders is not None}


def _sheets(folder: Path, table: MatrixTable, matrix: Matrix) -> tuple[tuple[Sheet, ...], tuple[str, ...]]:
    """The sheets, or nothing of them while a scorer who was asked has not finished."""
    paths = sorted([*folder.glob("*.toml"), *folder.glob("*.csv")])
    problems = _twice([path.stem for path in paths], f"{SHEETS}/")
    asked = table.blind.scorers if table.blind else tuple(path.stem for path in paths)
    for path in paths:
        problems += _unknown([path.stem], asked, f"{SHEETS}/{path.name}", "")
    _refuse(problems)
    sheets = {path.stem: _sheet(path, table, matrix) for path in paths}
    done = {scorer for scorer, sheet in sheets.items() if np.isfinite(sheet.scores).all()}
    waiting = tuple(scorer for scorer in asked if scorer not in done) if table.blind else ()
    return ((), waiting) if waiting else (tuple(sheets[scorer] for scorer in asked), ())


def _sheet(path: Path, table: MatrixTable, matrix: Matrix) -> Sheet:
    file = f"{SHEETS}/{path.name}"
    if path.suffix == ".csv":
        return _sheet_of_rows(path, file, table, matrix)
    read = SheetTable.model_validate(read_toml(path, SheetTable))
    scores = np.full(matrix.scores.shape, np.nan)
    reasons: dict[tuple[int, int], str] = {}
    problems = _unknown([*read.scores, *read.reasons], matrix.approaches, file, "scores")
    for approach, row in read.scores.items():
        problems += _unknown(row, matrix.criteria, file, approach) + _off_scale(row, table.scale, file, approach)
    for approach, words in read.reasons.items():
        problems += _unknown(words, matrix.criteria, file, approach)
    _refuse(problems)
    for approach, row in read.scores.items():
        for criterion, value in row.items():
            scores[_cell(matrix, approach, criterion)] = value
    for approach, words in read.reasons.items():
        for criterion, text in words.items():
            reasons[_cell(matrix, approach, criterion)] = text
    try:
        weights = read.swing and swing_weights(read.swing, matrix.criteria, total=float(matrix.weights.sum()))
    except DecisionError as error:
        raise DecisionError(
            Problem(known.code, file, column=known.column, value=known.value, values=known.values)
            for known in error.problems
        ) from None
    label = read.label or Bilingual(es=path.stem, en=path.stem)
    return Sheet(path.stem, label, read.synthetic, scores, reasons, None if read.swing is None else np.asarray(weights))


def _sheet_of_rows(path: Path, file: str, table: MatrixTable, matrix: Matrix) -> Sheet:
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise DecisionError(Problem("sheet-not-utf8", file=file)) from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if list(reader.fieldnames or []) != SHEET_COLUMNS:
        there = ", ".join(reader.fieldnames or [])
        raise DecisionError(
            Problem("sheet-columns", file, row=1, value=there, values={"wanted": ", ".join(SHEET_COLUMNS)})
        )
    scores = np.full(matrix.scores.shape, np.nan)
    reasons: dict[tuple[int, int], str] = {}
    problems: list[Problem] = []
    for row in reader:
        mistakes, value = _row_mistakes(row, file, reader.line_num, table, matrix)
        problems += mistakes
        if mistakes or value is None:
            continue
        cell = _cell(matrix, row["approach"], row["criterion"])
        if np.isfinite(scores[cell]):
            problems.append(
                Problem("sheet-cell-twice", file, reader.line_num, value=f"{row['approach']}, {row['criterion']}")
            )
        scores[cell] = value
        if row["reason"]:
            reasons[cell] = row["reason"]
    _refuse(problems)
    return Sheet(path.stem, Bilingual(es=path.stem, en=path.stem), None, scores, reasons, None)


def _row_mistakes(
    row: Mapping[str, str | None], file: str, line: int, table: MatrixTable, matrix: Matrix
) -> tuple[list[Problem], float | None]:
    """What is wrong with a row, and its score; a row without score leaves the cell open."""
    problems = _unknown([row["approach"] or ""], matrix.approaches, file, "approach", line)
    problems += _unknown([row["criterion"] or ""], matrix.criteria, file, "criterion", line)
    written = (row["score"] or "").strip()
    if not written:
        return problems, None
    try:
        value = float(written)
    except ValueError:
        return [*problems, Problem("sheet-not-a-number", file, line, "score", written)], None
    return problems + _off_scale({"score": value}, table.scale, file, "", line), value


def _cell(matrix: Matrix, approach: str, criterion: str) -> tuple[int, int]:
    return matrix.approaches.index(approach), matrix.criteria.index(criterion)


def _named(rows: Iterable[Mapping[str, float]], names: list[str]) -> Floats:
    return np.array([[row.get(name, np.nan) for name in names] for row in rows], dtype=np.float64)


def _twice(names: Iterable[str], file: str) -> list[Problem]:
    return [
        Problem("decision-name-twice", file=file, value=name) for name, times in Counter(names).items() if times > 1
    ]


def _unknown(
    names: Iterable[str], there: Iterable[str], file: str, column: str, row: int | None = None
) -> list[Problem]:
    known = list(there)
    values = {"there": ", ".join(known)}
    return [Problem("decision-unknown-name", file, row, column, name, values) for name in names if name not in known]


def _off_scale(
    given: Mapping[str, float], scale: ScaleTable, file: str, column: str, row: int | None = None
) -> list[Problem]:
    values = {"low": f"{scale.low:g}", "high": f"{scale.high:g}"}
    return [
        Problem("decision-off-scale", file, row, f"{column}.{name}".strip("."), f"{value:g}", values)
        for name, value in given.items()
        if not scale.low <= value <= scale.high
    ]


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise DecisionError(problems)
