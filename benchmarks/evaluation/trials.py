"""Designs on trial: each is run on cities that never were, with and without an effect.

A trial is a function (scenario, ratio, simulations, seed) that yields one :class:`Outcome` a city. To put a design on
trial, write such a function and name it in ``TRIALS`` (or in the ``TRIALS`` of a module beside this one, which
``calibration.py`` lists).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from convive.evaluation.designs.difference_in_differences import difference_in_differences
from convive.evaluation.designs.event_study import event_study
from convive.evaluation.designs.hour_window import hour_window
from convive.evaluation.designs.interrupted_series import interrupted_series
from convive.evaluation.designs.on_off import on_off
from convive.evaluation.designs.sequential import sequential, watch_of
from convive.evaluation.designs.staggered_adoption import staggered_adoption
from convive.evaluation.designs.structural_series import predict
from convive.evaluation.result import Effect
from convive.evaluation.scenarios import Scenario, draw
from convive.evaluation.series import panel, series
from convive.evaluation.window import window

FIRST, START = dt.date(2015, 1, 1), dt.date(2020, 1, 1)
BEFORE, PERIODS = 60, 84
TUMBES = 50.0
NEIGHBOURS = (80.0, 60.0, 100.0, 90.0, 120.0)
DRAWS = 199


@dataclass(frozen=True)
class Outcome:
    """``p`` of the design in one city; whether its interval ``covers`` the truth (None: it gave none)."""

    p: float
    covers: bool | None


Run = Callable[[Scenario, float, int, int], Iterator[Outcome]]


@dataclass(frozen=True)
class Trial:
    """``simulations``: how many cities; ``setting`` tells trials of one design apart in the table."""

    design: str
    interval_by: str
    run: Run
    simulations: int
    setting: str = ""


def said(effect: Effect, truth: float) -> Outcome:
    return Outcome(effect.p, effect.low <= truth <= effect.high if np.isfinite(effect.low) else None)


def stepped(ratio: float, units: int, treated: int = 1, periods: int = PERIODS, before: int = BEFORE) -> np.ndarray:
    """Ratios (units, periods): ``ratio`` in the first ``treated`` units from ``before`` on."""
    found = np.ones((units, periods))
    found[:treated, before:] = ratio
    return found


def interrupted(law: str) -> Run:
    def run(scenario: Scenario, ratio: float, simulations: int, seed: int) -> Iterator[Outcome]:
        cities = draw(scenario, [TUMBES], PERIODS, seed=seed, simulations=simulations, ratio=stepped(ratio, 1))
        for at, city in enumerate(cities):
            made = series(city[0], FIRST)
            yield said(interrupted_series(made, START, law=law, simulations=DRAWS, seed=at), ratio)

    return run


def structural(scenario: Scenario, ratio: float, simulations: int, seed: int) -> Iterator[Outcome]:
    """All cities at once, by which thousands are cheap; an interval holds the ratios that the prediction does not
    contradict."""
    after = np.arange(PERIODS) >= BEFORE
    cities = draw(scenario, [TUMBES], PERIODS, seed=seed, simulations=simulations, ratio=stepped(ratio, 1))[:, 0]
    predicted = predict(cities[:, :BEFORE], series(cities[0], FIRST).exposure, ~after, after, 12.0, 1)
    for one, total in zip(predicted, cities[:, BEFORE:].sum(axis=1).tolist(), strict=True):
        below = one.below(total)
        yield Outcome(2 * min(below, 1 - below), 0.025 <= one.below(total, ratio) <= 0.975)


def differences(errors: str, yearly: np.ndarray, treated: int) -> Run:
    names = [f"unit-{at}" for at in range(len(yearly))]

    def run(scenario: Scenario, ratio: float, simulations: int, seed: int) -> Iterator[Outcome]:
        rates = stepped(ratio, len(yearly), treated)
        for at, city in enumerate(draw(scenario, yearly, PERIODS, seed=seed, simulations=simulations, ratio=rates)):
            made = panel(city, names, FIRST)
            yield said(
                difference_in_differences(made, names[:treated], START, errors=errors, simulations=DRAWS, seed=at),
                ratio,
            )

    return run


def events(scenario: Scenario, ratio: float, simulations: int, seed: int) -> Iterator[Outcome]:
    yearly = np.array([TUMBES, *NEIGHBOURS])
    names = [f"unit-{at}" for at in range(len(yearly))]
    for at, city in enumerate(
        draw(scenario, yearly, PERIODS, seed=seed, simulations=simulations, ratio=stepped(ratio, len(yearly)))
    ):
        yield said(event_study(panel(city, names, FIRST), names[:1], START, simulations=DRAWS, seed=at).effect, ratio)


def windows(scenario: Scenario, ratio: float, simulations: int, seed: int) -> Iterator[Outcome]:
    # Two fifths of the deaths fall into the hours of the measure, in Tumbes and in a city twice its size.
    yearly = np.array([0.4, 0.6, 0.8, 1.2]) * TUMBES
    names = ["here", "there"]
    for at, city in enumerate(
        draw(scenario, yearly, PERIODS, seed=seed, simulations=simulations, ratio=stepped(ratio, 4))
    ):
        inside, outside = panel(city[[0, 2]], names, FIRST), panel(city[[1, 3]], names, FIRST)
        yield said(hour_window(inside, outside, "here", "there", START, simulations=DRAWS, seed=at), ratio)


def weekends(scenario: Scenario, ratio: float, simulations: int, seed: int) -> Iterator[Outcome]:
    """Three years of bans from Friday 18 h to Monday 6 h, every second weekend; nights and weekends are worse."""
    months = 36
    first, last = dt.date(2017, 1, 1), dt.date(2020, 1, 1)
    hours = np.arange((last - first).days * 24)
    stamp = np.datetime64(first, "h") + hours
    weekday = (stamp.astype("datetime64[D]").astype(int) + 3) % 7
    month = stamp.astype("datetime64[M]").astype(int) - np.datetime64(first, "M").astype(int)
    profile = np.where((hours % 24 >= 18) | (hours % 24 < 4), 2.0, 0.7) * np.where(weekday >= 5, 1.5, 0.8)
    profile *= TUMBES * 3 / profile.sum()
    friday = dt.datetime(2017, 1, 6, 18)
    spells = [(friday + dt.timedelta(days=14 * n), friday + dt.timedelta(days=14 * n, hours=60)) for n in range(77)]
    active = np.zeros(len(hours), bool)
    for since, until in spells:
        active[int((np.datetime64(since, "h") - stamp[0]).astype(int)) :][
            : int((until - since).total_seconds() / 3600)
        ] = True
    generator = np.random.default_rng(seed)
    levels = draw(scenario, [12e6], months, seed=seed, simulations=simulations)[:, 0] / 1e6
    for level in levels:
        rate = profile * level[month] * np.where(active, ratio, 1.0)
        times = np.repeat(stamp, generator.poisson(rate))
        yield said(on_off(times, spells, first, last), ratio)


def watches(compared: bool) -> Run:
    def run(scenario: Scenario, ratio: float, simulations: int, seed: int) -> Iterator[Outcome]:
        yearly = np.array([TUMBES, sum(NEIGHBOURS)])
        for at, city in enumerate(
            draw(scenario, yearly, PERIODS, seed=seed, simulations=simulations, ratio=stepped(ratio, 2))
        ):
            own, other = series(city[0], FIRST), series(city[1], FIRST)
            watch = sequential(own, START, comparison=other if compared else None, simulations=999, seed=at)
            # What the method promises: all its looks together cover the truth.
            watched = watch_of(own, window(own, START), other if compared else None)
            covers = bool((watched.statistics(ratio) <= watch.limit).all())
            yield Outcome(0.0 if watch.signal is not None else 1.0, covers)

    return run


def adoptions(scenario: Scenario, ratio: float, simulations: int, seed: int) -> Iterator[Outcome]:
    """Twelve years of thirty cities like Tumbes: six take the measure up in year 5, six in year 8."""
    units, years = 30, 12
    rates = np.ones((units, years))
    rates[:6, 5:] = ratio
    rates[6:12, 8:] = ratio
    since = [dt.date(2015, 1, 1)] * 6 + [dt.date(2018, 1, 1)] * 6 + [None] * 18
    names = [f"unit-{at}" for at in range(units)]
    for city in draw(
        scenario, np.full(units, TUMBES), years, seed=seed, simulations=simulations, ratio=rates, per_year=1.0
    ):
        made = panel(city, names, dt.date(2010, 1, 1), period="year", population=1e5, treated_since=since)
        yield said(staggered_adoption(made).effect, TUMBES * (ratio - 1))


MANY = np.array([TUMBES, *np.linspace(30, 120, 24)])
BOTH = np.tile(np.linspace(25, 100, 10), 2)
"""The fewest units on each side that errors by units are offered for, of unlike size."""
FEW = np.array([TUMBES, *NEIGHBOURS])

TRIALS = (
    Trial("difference-in-differences", "periods", differences("periods", FEW, 1), 600),
    Trial("event-study", "periods", events, 500),
    Trial("structural-series", "posterior", structural, 5000),
    Trial("difference-in-differences", "wild", differences("wild", BOTH, 10), 1000),
    Trial("sequential", "sequential", watches(False), 1000, "own-past"),
    Trial("sequential", "sequential", watches(True), 1000, "comparison"),
    Trial("difference-in-differences", "permutation", differences("permutation", MANY, 1), 600),
    Trial("hour-window", "newey-west", windows, 600),
    Trial("interrupted-series", "newey-west", interrupted("poisson"), 500, "poisson"),
    Trial("interrupted-series", "newey-west", interrupted("negative-binomial"), 500, "negative-binomial"),
    Trial("difference-in-differences", "cluster", differences("cluster", BOTH, 10), 1000),
    Trial("on-off", "months", weekends, 800),
    Trial("staggered-adoption", "units", adoptions, 800),
)
