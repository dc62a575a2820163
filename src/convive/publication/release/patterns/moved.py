"""Did crime move? Two years' patterns side by side, spread between units, and operations, in what may be told.

Of two patterns leaves how alike they are and which units have a share that changed; of an operation whether it helped,
and its numbers only where each of its counts is 0 or at least ``least``: from fewer a count could be reckoned.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from convive.analysis.displacement import Counted, Displacement, weighted_displacement_difference
from convive.analysis.pattern_similarity import pattern_similarity
from convive.analysis.spread import spread_between_cities
from convive.errors import AnalysisError
from convive.publication.release import allowed
from convive.publication.release.patterns.alarms import weekly
from convive.strategy import Operation
from convive.territory import Territory

LEAST_EVENTS = 20
"""Of fewer deaths in one of two years their patterns are not compared."""
LEAST_OF_UNIT = 5
QUARTER = 13
LAGS = 2
SIGNIFICANT = 0.05
SIMULATIONS = 999


def moved(
    deaths: pl.DataFrame,
    territory: Territory,
    operations: Sequence[Operation],
    *,
    focus: str,
    place: str,
    least: int,
    as_of: dt.date,
) -> dict[str, Any]:
    """What the ``deaths`` of the units below ``focus`` say of moving until ``as_of``."""
    dated = deaths.filter(pl.col("occurred_on").is_not_null() & (pl.col("occurred_on") <= as_of))
    dated = dated.with_columns(unit=pl.col(f"{place}_unit").cast(pl.String))
    level = _finest(dated, territory)
    told = {
        "level": level,
        "similarity": _similarity(dated, territory, level, focus, as_of),
        "spread": _spread(dated, territory, level, as_of),
        "operations": [_operation(dated, territory, one, least, as_of) for one in operations],
    }
    return allowed.entry("moved", told)


def _finest(dated: pl.DataFrame, territory: Territory) -> str | None:
    """The finest level to which deaths were assigned and that has boundaries."""
    counted = set(dated["unit"].unique())
    drawn = {edition.settings.level for edition in territory.editions}
    for level in reversed(territory.levels):
        if level in drawn and counted & set(territory.units.filter(pl.col("level") == level)["code"]):
            return level
    return None


def _units(territory: Territory, level: str, focus: str) -> list[str]:
    below = territory.ancestors.filter(pl.col("ancestor") == focus)["code"]
    here = territory.units.filter((pl.col("level") == level) & pl.col("code").is_in(below.implode()))
    return sorted(here["code"].to_list())


def _similarity(
    dated: pl.DataFrame, territory: Territory, level: str | None, focus: str, as_of: dt.date
) -> dict[str, Any] | None:
    """The last twelve months beside the twelve before; None where one of them has too few deaths."""
    if level is None:
        return None
    units = _units(territory, level, focus)
    middle, begin = _months(as_of, -12), _months(as_of, -24)
    counts = [
        _by_unit(dated.filter((pl.col("occurred_on") > low) & (pl.col("occurred_on") <= high)), units)
        for low, high in ((begin, middle), (middle, as_of))
    ]
    if len(units) < 2 or min(int(one.sum()) for one in counts) < LEAST_EVENTS:
        return None
    found = pattern_similarity(*counts, simulations=SIMULATIONS)
    changed = [
        allowed.entry("changed", {"unit_code": units[int(at)], "more": bool(counts[1][at] > counts[0][at])})
        for at in np.flatnonzero(found.unit_q <= SIGNIFICANT)
    ]
    told: dict[str, Any] = {"from": begin.isoformat(), "middle": middle.isoformat(), "until": as_of.isoformat()}
    told |= {"alike": round(found.s_robust, 2), "p": round(found.p, 3), "units": found.units - found.empty}
    return allowed.entry("similarity", told | {"changed": changed, "simulations": found.simulations})


def _by_unit(deaths: pl.DataFrame, units: Sequence[str]) -> NDArray[np.int64]:
    place = {unit: at for at, unit in enumerate(units)}
    at = [place[unit] for unit in deaths["unit"] if unit in place]
    return np.bincount(np.array(at, dtype=np.int64), minlength=len(units))


def _spread(dated: pl.DataFrame, territory: Territory, level: str | None, as_of: dt.date) -> dict[str, Any] | None:
    """Whether units follow their neighbours, by quarters; None where there are too few units or quarters for it."""
    if level is None:
        return None
    edition = [one for one in territory.editions if one.settings.level == level][-1]
    counts = dict(dated.group_by("unit").len().iter_rows())
    units = [str(code) for code in edition.codes if counts.get(str(code), 0) >= LEAST_OF_UNIT]
    shapes = edition.geometries[[str(code) in units for code in edition.codes]]
    series = [_quarters(dated.filter(pl.col("unit") == unit), dated, as_of) for unit in units]
    if len(units) < 2:
        return None
    near = np.array([[shapely.distance(a, b) < 1e-6 for b in shapes] for a in shapes], dtype=np.float64)
    np.fill_diagonal(near, 0)
    try:
        found = spread_between_cities(np.array(series), near, lags=LAGS, simulations=SIMULATIONS)
    except AnalysisError:
        return None
    at = found.strongest - 1
    told: dict[str, Any] = {"units": found.cities, "quarters": found.periods, "lag": found.strongest}
    told |= {"correlation": round(float(found.correlation[at]), 2), "p": round(float(found.p_family[at]), 3)}
    told |= {"low": round(float(found.low[at]), 2), "high": round(float(found.high[at]), 2)}
    return allowed.entry("spread", told | {"simulations": found.simulations})


def _quarters(own: pl.DataFrame, whole: pl.DataFrame, as_of: dt.date) -> NDArray[np.int64]:
    """Deaths of a unit in each stretch of thirteen weeks in which the whole was recorded."""
    _, first = weekly(whole, as_of)
    quarters = ((as_of - first).days + 1) // (7 * QUARTER)
    at = (own["occurred_on"] - first).dt.total_days().to_numpy() // (7 * QUARTER)
    return np.bincount(at[(at >= 0) & (at < quarters)].astype(np.int64), minlength=quarters)


def _operation(dated: pl.DataFrame, territory: Territory, one: Operation, least: int, as_of: dt.date) -> dict[str, Any]:
    before, after = _months(one.start, -one.months), _months(one.start, one.months)
    told: dict[str, Any] = {"id": one.id, "name": one.name.model_dump(), "from": one.start.isoformat()}
    told |= {"months": one.months, "treated": list(one.treated), "control": list(one.control), "verdict": "too early"}
    told |= dict.fromkeys(("whole", "low", "high", "p", "spilled", "spilled_low", "spilled_high"))
    if after > as_of + dt.timedelta(days=1):
        return allowed.entry("operation", told)
    parts = {
        name: _counted(dated, territory, units, before, one.start, after)
        for name, units in (
            ("treated", one.treated),
            ("control", one.control),
            ("treated_around", one.treated_around),
            ("control_around", one.control_around),
        )
        if units
    }
    counts = [count for part in parts.values() for count in (part.before, part.after)]
    told["verdict"] = "too few"
    if any(0 < count < least for count in counts) or not any(counts):
        return allowed.entry("operation", told)
    found = weighted_displacement_difference(
        parts["treated"],
        parts["control"],
        treated_around=parts.get("treated_around"),
        control_around=parts.get("control_around"),
    )
    told["verdict"] = "too few" if found.few else found.says
    return allowed.entry("operation", told | _numbers(found))


def _numbers(found: Displacement) -> dict[str, Any]:
    told: dict[str, Any] = {"whole": round(found.whole.value), "p": round(found.whole.p, 3)}
    told |= {"low": round(found.whole.low), "high": round(found.whole.high)}
    if found.spilled is not None:
        told |= {"spilled": round(found.spilled.value), "spilled_low": round(found.spilled.low)}
        told["spilled_high"] = round(found.spilled.high)
    return told


def _counted(
    dated: pl.DataFrame, territory: Territory, units: Sequence[str], before: dt.date, start: dt.date, after: dt.date
) -> Counted:
    below = territory.ancestors.filter(pl.col("ancestor").is_in(units))["code"]
    days = dated.filter(pl.col("unit").is_in(below.implode()) | pl.col("unit").is_in(units))["occurred_on"]
    earlier, later = ((days >= before) & (days < start)).sum(), ((days >= start) & (days < after)).sum()
    return Counted(int(earlier), int(later), float((start - before).days), float((after - start).days))


def _months(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (dt.date(year + (month == 11), (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(day.day, last))
