"""Conditions of gates over time: on which days figures and evidence began to hold, or ceased to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from convive.strategy import progress
from convive.strategy.evidence import Ledger
from convive.strategy.figures import Seen, series
from convive.strategy.gates import FOREVER, History
from convive.strategy.plan import Activity, Condition, FigureHolds, Measure, Plan


def history(condition: Condition, plan: Plan, figures: pl.DataFrame, ledger: Ledger, *, as_of: dt.date) -> History:
    """When ``condition`` held. A figure counts from the last day of its period on, evidence from the day it counts. One
    that came to the gate later, or left it, keeps nobody while it is not asked, and sends nobody back."""
    return _while_asked(condition, _history(condition, plan, figures, ledger, as_of=as_of))


def _while_asked(condition: Condition, held: History) -> History:
    free = not condition.to
    turns = list(held.turns)
    if condition.since is not None:
        later = [turn for turn in turns if turn[0] > condition.since]
        turns = [(FOREVER, free), (condition.since, held.holds(condition.since)), *later]
    if condition.withdrawn is not None:
        gone = condition.withdrawn.on
        turns = [*(turn for turn in turns if turn[0] < gone), (gone, free)]
    return replace(held, turns=tuple(turns))


def _history(condition: Condition, plan: Plan, figures: pl.DataFrame, ledger: Ledger, *, as_of: dt.date) -> History:
    if condition.figure is not None:
        return _of_figure(condition.figure, series(figures, condition.figure, as_of=as_of))
    if condition.evidence is not None:
        wanted = condition.evidence
        days = ledger.days([wanted.activity])
        sums = [(day, sum(one.quantity for one in ledger.of(wanted.activity, wanted.kind, on=day))) for day in days]
        return _of_values(sums, wanted.at_least)
    assert condition.progress is not None
    measure = plan.measures[condition.progress.measure]
    parts: list[Measure | Activity] = [measure, *measure.activity]
    gone = [one.withdrawn.on for one in parts if one.withdrawn is not None]
    days = sorted({*ledger.days(activity.id for activity in measure.activity), *gone})
    shares = [(day, progress.of_measure(measure, ledger, on=day).share) for day in days]
    return replace(_of_values(shares, condition.progress.at_least), share=True)


def _of_figure(wanted: FigureHolds, seen: list[Seen]) -> History:
    turns, run = [], 0
    for one in seen:
        run = run + 1 if _lies_there(wanted, one) else 0
        turns.append((one.ended, run >= wanted.periods))
    return History(tuple(turns), seen[-1].value if seen else None, bool(seen and seen[-1].share))


def _lies_there(wanted: FigureHolds, one: Seen) -> bool:
    low, high = (one.low, one.high) if wanted.surely and one.low is not None else (one.value, one.value)
    below = wanted.at_most is None or (high is not None and high <= wanted.at_most)
    return below and (wanted.at_least is None or (low is not None and low >= wanted.at_least))


def _of_values(values: Iterable[tuple[dt.date, float]], at_least: float) -> History:
    told = list(values)
    turns = tuple((day, value >= at_least - 1e-9) for day, value in told)
    return History(turns, told[-1][1] if told else None)
