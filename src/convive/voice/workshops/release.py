"""The little of a workshop that may be published: never a place, never a table, never one neighbourhood alone.

Where neighbours say that there is more violence than was registered, the gang reads that somebody there has talked. So
of a closed round it is told, for each unit with enough tables from enough workshops and enough marked cells: how well
people and register agree, and the shares of cells that they would move up, down or leave, in steps. No name that
somebody gave a round, for it may be a place's; no cell, no count, no total over units (from which a withheld unit could
be subtracted), nothing of a round that is still open, and each round by itself: no two publications overlap, so none
can be subtracted from another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from convive.voice.workshops.kappa import weighted_kappa
from convive.voice.workshops.marks import LEVELS, Cell, Sheet, views
from convive.voice.workshops.rules import Rules
from convive.voice.workshops.votes import Ranking, approval, schulze

KAPPA_DECIMALS = 1


@dataclass(frozen=True)
class PublicUnit:
    """What is told of a unit: kappa with its interval, one decimal, None where a share is the largest that is told or
    chance alone would agree wholly; shares in per cent of the marked cells that people
    would leave, move down or move up (cells that were missing among them), in steps."""

    unit: str
    kappa: float | None
    low: float | None
    high: float | None
    right: int
    too_high: int
    too_low: int


@dataclass(frozen=True)
class PublicVotes:
    """Priorities in their order by approval and by Schulze's method; shares of approval in per cent, in steps.
    ``labels``: what each code says, by language."""

    approval: tuple[tuple[str, int], ...]
    ranked: tuple[tuple[str, ...], ...]
    labels: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class PublicRound:
    """What is told of a round, ``closed`` that day. ``most``: the largest share that is told as it is, in per cent; so
    the smallest is what it lacks to a hundred."""

    closed: dt.date
    most: int
    units: tuple[PublicUnit, ...]
    votes: PublicVotes | None
    withheld: bool
    """Whether something was left out for lack of numbers; not how much."""


def publishable(
    closed: dt.date,
    sheets: Sequence[Sheet],
    cells: Mapping[str, Cell],
    rules: Rules,
    *,
    options: Mapping[str, Mapping[str, str]] | None = None,
    approvals: Sequence[Sequence[str]] = (),
    rankings: Sequence[Ranking] = (),
) -> PublicRound:
    """What may be told of a round that was closed on the day ``closed``; ``options``: what each priority's code says,
    by language. Cells that lie in no unit are never told."""
    options = options or {}
    found = [_unit(unit, sheets, cells, rules) for unit in sorted({cell.unit for cell in cells.values()} - {""})]
    votes = _votes(options, approvals, rankings, rules)
    told = tuple(one for one in found if one is not None)
    return PublicRound(
        closed, rules.most_percent, told, votes, len(told) < len(found) or (bool(options) and votes is None)
    )


def _unit(unit: str, sheets: Sequence[Sheet], cells: Mapping[str, Cell], rules: Rules) -> PublicUnit | None:
    inside = {code: cell for code, cell in cells.items() if cell.unit == unit}
    here = [sheet for sheet in sheets if inside.keys() & sheet.marks.keys()]
    if len(here) < rules.tables or _workshops(here) < rules.workshops:
        return None
    seen = [view for view in views(here, inside) if view.tables >= rules.tables]
    if len(seen) < rules.cells:
        return None
    kappa = weighted_kappa([view.cell.level for view in seen], [view.level for view in seen], LEVELS)
    ups = sum(view.shift > 0 for view in seen)
    downs = sum(view.shift < 0 for view in seen)
    right, down, up = _steps([len(seen) - ups - downs, downs, ups], rules)
    if max(right, down, up) >= rules.most_percent:  # kappa would tell whether nearly all cells were all of them
        return PublicUnit(unit, None, None, None, right=right, too_high=down, too_low=up)
    return PublicUnit(
        unit, _short(kappa.value), _short(kappa.low), _short(kappa.high), right=right, too_high=down, too_low=up
    )


def _workshops(sheets: Sequence[Sheet]) -> int:
    return len({sheet.workshop for sheet in sheets})


def _votes(
    options: Mapping[str, Mapping[str, str]],
    approvals: Sequence[Sequence[str]],
    rankings: Sequence[Ranking],
    rules: Rules,
) -> PublicVotes | None:
    if not options or min(len(approvals), len(rankings)) < rules.ballots:
        return None
    by_approval = approval(approvals, list(options))
    shares = [_steps([one.share.part, one.share.whole - one.share.part], rules)[0] for one in by_approval]
    names = [one.option for one in by_approval]
    return PublicVotes(tuple(zip(names, shares, strict=True)), schulze(rankings, list(options)).order, options)


def _steps(parts: Sequence[int], rules: Rules) -> list[int]:
    """Shares of the whole in per cent, each rounded to steps for itself, so that they need not add up to a hundred;
    none above ``most_percent``, for what all said, each of them is known to have said; and none below what that lacks
    to a hundred, for where nobody said the one thing, all said the other."""
    whole, step, most = sum(parts), rules.percent, rules.most_percent
    return [min(max(round(100 * part / whole / step) * step, 100 - most), most) for part in parts]


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, KAPPA_DECIMALS)
