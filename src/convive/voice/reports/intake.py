"""What somebody reports, checked: a form, a request of Open311 and an import all pass here."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from convive.errors import Problem, VoiceError
from convive.fold import folded
from convive.voice.reports.catalogue import LIST_TYPES, Attribute, Catalogue, Category

_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_WORD = re.compile(r"[^\W_]+")
ADDRESS = 300
"""Signs of an address."""
ANSWER = 300
"""Signs of an answer to a question of the category."""

UnitsAt = Callable[[float, float], Sequence[str]]
"""From latitude and longitude (degrees) to the units that hold the point, from fine to coarse; none outside."""


@dataclass(frozen=True)
class Filled:
    """A report that fits: point in degrees or None, the units that hold it from fine to coarse, the body that answers
    ("" where none does), answers by the code of their question."""

    category: Category
    latitude: float | None
    longitude: float | None
    address: str
    words: str
    units: tuple[str, ...]
    body: str
    answers: Mapping[str, tuple[str, ...]]


def fill(
    catalogue: Catalogue,
    *,
    category: str,
    latitude: str = "",
    longitude: str = "",
    address: str = "",
    words: str = "",
    unit: str = "",
    answers: Mapping[str, Sequence[str]] | None = None,
    units_at: UnitsAt,
    units_above: Callable[[str], Sequence[str]],
    words_most: int | None = None,
    asks: bool = True,
) -> Filled:
    """The report that was given. ``unit``: one that was chosen from the list, or found by the place's name;
    ``units_above``: a unit and all that hold it, from fine to coarse. ``asks`` false: the questions of the
    category were not asked, so that none is missing.

    Raises :class:`VoiceError` with every part that does not fit.
    """
    problems: list[Problem] = []
    chosen = catalogue.categories.get(category)
    if chosen is None:
        problems.append(Problem("report-category", column="category", value=category))
    place, told = tidy(address)[:ADDRESS], tidy(words)
    most = words_most or catalogue.rules.words
    if len(told) > most:
        problems.append(Problem("report-words-long", column="words", values={"most": most}))
    units: Sequence[str] = tuple(units_above(unit)) if unit else ()
    try:
        point = _point(latitude, longitude)
        if point is not None:
            units = units_at(*point)
            if not units:
                raise VoiceError(Problem("report-place-outside", column="point", value=f"{latitude} {longitude}"))
    except VoiceError as misfit:
        point, problems = (0.0, 0.0), [*problems, *misfit.problems]
    if point is None and not place:
        problems.append(Problem("report-place-missing", column="point"))
    given = _answers(chosen, answers or {}, problems) if chosen and asks else {}
    if problems or chosen is None:
        raise VoiceError(problems)
    latitude_, longitude_ = point or (None, None)
    body = catalogue.body_for(category, units)
    return Filled(chosen, latitude_, longitude_, place, told, tuple(units), body, given)


def dangerous(catalogue: Catalogue, text: str) -> bool:
    """Whether ``text`` speaks of what belongs into the sealed channel: who reports it openly may be killed for it."""
    plain = f" {' '.join(_WORD.findall(folded(text)))} "
    return any(f" {folded(word)} " in plain for word in catalogue.dangerous)


def tidy(text: str) -> str:
    """Words without control signs, with plain line ends."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")).strip()


def _point(latitude: str, longitude: str) -> tuple[float, float] | None:
    told = [part.strip().replace("−", "-") for part in (latitude, longitude)]
    if not any(told):
        return None
    value = " ".join(told)
    try:
        north, east = (float(part) for part in told)
    except ValueError:
        raise VoiceError(Problem("report-point-illegible", column="point", value=value[:60])) from None
    if not (math.isfinite(north) and math.isfinite(east) and abs(north) <= 90 and abs(east) <= 180):
        raise VoiceError(Problem("report-point-illegible", column="point", value=value[:60]))
    return round(north, 6), round(east, 6)


def _answers(
    category: Category, given: Mapping[str, Sequence[str]], problems: list[Problem]
) -> dict[str, tuple[str, ...]]:
    kept: dict[str, tuple[str, ...]] = {}
    for one in category.attribute:
        values = tuple(text for value in given.get(one.code, ()) if (text := tidy(value)[:ANSWER]))
        if not one.variable:
            continue
        if one.required and not values:
            problems.append(Problem("report-attribute-missing", column=one.code, value=one.code))
        wrong = [value for value in values if not _fits(one, value)]
        if wrong or (len(values) > 1 and one.datatype != "multivaluelist"):
            value = wrong[0] if wrong else values[1]
            kind = {"kind": one.datatype}
            problems.append(Problem("report-attribute-value", column=one.code, value=value, values=kind))
        elif values:
            kept[one.code] = values
    return kept


def _fits(one: Attribute, value: str) -> bool:
    if one.datatype in LIST_TYPES:
        return value in {known.key for known in one.values}
    try:
        if one.datatype == "number":
            return math.isfinite(float(value))
        if one.datatype == "datetime":
            dt.datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
