"""Scan statistics are those of their published definitions, calibrated, and find what was planted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest

from convive.analysis.scan import ELLIPSES, Cluster, bernoulli_scan, permutation_scan, poisson_scan
from convive.errors import AnalysisError

Uniform = Callable[..., float]

SIDE = 6
GRID = np.array([(x * 100.0, y * 100.0) for y in range(SIDE) for x in range(SIDE)])


def events(n: int, seed: int, days: int = 40) -> tuple[np.ndarray, np.ndarray]:
    draws = np.random.default_rng(seed)
    return draws.integers(0, SIDE * SIDE, n), draws.integers(0, days, n)


def cylinders(radius: float, days: int, span: int) -> Any:
    apart = np.hypot(*(GRID[:, None] - GRID[None]).transpose(2, 0, 1))
    for centre in range(len(GRID)):
        for reach in sorted(set(np.round(apart[centre][apart[centre] <= radius + 1e-9], 4))):
            inside = apart[centre] <= reach + 1e-3
            for first in range(span):
                for last in range(first, min(first + days, span)):
                    yield inside, first, last


def llr(c: float, mu: float, whole: float) -> float:
    if c <= mu:
        return 0.0
    return float(c * np.log(c / mu) + ((whole - c) * np.log((whole - c) / (whole - mu)) if c < whole else 0))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_permutation_scan_is_that_of_kulldorff_2005(seed: int) -> None:
    place, day = events(80, seed)
    best = 0.0
    by_place, by_day = np.bincount(place, minlength=36), np.bincount(day)
    for inside, first, last in cylinders(300, 7, len(by_day)):
        if by_place[inside].sum() > 40:
            continue
        c = (inside[place] & (day >= first) & (day <= last)).sum()
        best = max(best, llr(c, by_place[inside].sum() * by_day[first : last + 1].sum() / 80, 80))
    found = permutation_scan(GRID, place, day, radius=300, days=7, simulations=19)
    assert found.clusters[0].llr == pytest.approx(best, abs=1e-12)


@pytest.mark.parametrize("seed", [4, 5])
def test_the_poisson_scan_is_that_of_kulldorff_1997_in_space_and_in_space_and_time(seed: int) -> None:
    place, day = events(80, seed)
    people = np.random.default_rng(seed).integers(50, 500, 36).astype(float)
    share = people / people.sum()
    span, best, best_in_space = day.max() + 1, 0.0, 0.0
    for inside, first, last in cylinders(300, 7, span):
        if share[inside].sum() > 0.5:
            continue
        c = (inside[place] & (day >= first) & (day <= last)).sum()
        best = max(best, llr(c, 80 * share[inside].sum() * (last - first + 1) / span, 80))
        best_in_space = max(best_in_space, llr(inside[place].sum(), 80 * share[inside].sum(), 80))
    found = poisson_scan(GRID, place, people, day, radius=300, days=7, simulations=19)
    assert found.clusters[0].llr == pytest.approx(best, abs=1e-12)
    in_space = poisson_scan(GRID, place, people, radius=300, simulations=19)
    assert in_space.clusters[0].llr == pytest.approx(best_in_space, abs=1e-12)


@pytest.mark.parametrize("seed", [6, 7])
def test_the_bernoulli_scan_is_that_of_kulldorff_1997(seed: int) -> None:
    place, day = events(120, seed, days=15)
    cases = np.random.default_rng(seed).uniform(size=120) < 0.3
    best, whole, all_cases = 0.0, 120, cases.sum()

    def part(some: float, of: float) -> float:
        return some * np.log(some / of) if some > 0 else 0.0

    for inside, first, last in cylinders(300, 5, 15):
        if inside[place].sum() > 60:
            continue
        within = inside[place] & (day >= first) & (day <= last)
        n, c = within.sum(), (within & cases).sum()
        if n == 0 or n == whole or c / n <= (all_cases - c) / (whole - n):
            continue
        told = part(c, n) + part(n - c, n) + part(all_cases - c, whole - n)
        told += part(whole - n - all_cases + c, whole - n) - part(all_cases, whole) - part(whole - all_cases, whole)
        best = max(best, told)
    found = bernoulli_scan(GRID, place, cases, day, radius=300, days=5, simulations=19)
    assert found.clusters[0].llr == pytest.approx(best, abs=1e-12)


# smerc's tests against SaTScan (elliptic.test on nydf, ubpop = 0.1; a is the penalty): the ratio, people
# and cases inside, cases expected, shape and penalised ratio of the most likely cluster.
BY_SATSCAN = {
    "no penalty": (15.416469, 102_678, 96, 53.59, 4, 0.0),
    "half": (14.474236, 99_685, 93, 52.03, 1.5, 0.5),
    "whole": (14.181797, 99_685, 93, 52.03, 1.5, 1.0),
}


@pytest.mark.parametrize("told", BY_SATSCAN.values(), ids=BY_SATSCAN)
def test_ellipses_of_new_york_are_those_of_satscan(told: tuple[float, ...]) -> None:
    llr, people, cases, expected, shape, penalty = told
    rows = np.loadtxt(Path(__file__).parent / "new_york_leukemia.csv", delimiter=",", skiprows=1)
    # A degree is 100 km here, as there: what counts is who is nearer.
    tracts, population = rows[:, :2] * 1e5, rows[:, 2]
    event = np.repeat(np.arange(len(rows)), rows[:, 3].astype(int))
    how: dict[str, Any] = {"radius": 1e6, "largest_share": 0.1, "metres": True, "simulations": 19}
    best = poisson_scan(tracts, event, population, ellipses=True, penalty=penalty, **how).clusters[0]
    assert best.llr == pytest.approx(llr, abs=1e-6)
    assert population[best.locations].sum() == people
    assert best.observed == cases
    assert best.expected == pytest.approx(expected, abs=0.005)
    # Without a penalty ellipses of shapes 3 and 4 hold the same tracts: which is told is a matter of order.
    assert best.shape == shape or penalty == 0
    # SaTScan's p-value is 0.00046 without a penalty and 0.00016 with the whole one.
    assert best.p == 0.05
    assert best.p_gumbel < 0.005


def test_an_ellipse_lies_along_what_was_planted_and_costs_nothing_where_none_is() -> None:
    places = np.array([(x * 100.0, y * 100.0) for y in range(10) for x in range(10)])
    road = np.flatnonzero(places[:, 0] == places[:, 1])
    draws = np.random.default_rng(5)
    place = np.concatenate([draws.integers(0, 100, 300), np.repeat(road[2:8], 6)])
    day = np.concatenate([draws.integers(0, 60, 300), np.full(36, 30)])
    how: dict[str, Any] = {"radius": 250, "days": 3, "simulations": 19}
    circle = permutation_scan(places, place, day, **how).clusters[0]
    best = permutation_scan(places, place, day, ellipses=True, **how).clusters[0]
    assert best.llr > circle.llr
    assert best.shape >= 3
    assert best.angle == pytest.approx(45, abs=10)
    assert best.p == 0.05
    assert best.radius <= 250
    heavy = permutation_scan(places, place, day, ellipses=True, penalty=50, **how).clusters[0]
    assert (heavy.shape, heavy.llr) == (1, circle.llr)


def test_ellipses_of_cases_and_controls_are_those_of_the_definition() -> None:
    place, _ = events(120, 9, days=3)
    cases = np.random.default_rng(9).uniform(size=120) < 0.3
    found = bernoulli_scan(GRID, place, cases, radius=200, ellipses=True, simulations=19).clusters[0]
    best = 0.0
    for shape, turns in ELLIPSES:
        for turn in range(turns):
            angle = np.pi * turn / turns
            across, up = (GRID[None] - GRID[:, None]).transpose(2, 0, 1)
            along, aside = across * np.cos(angle) + up * np.sin(angle), up * np.cos(angle) - across * np.sin(angle)
            far = np.round(np.hypot(along, aside * shape) / np.sqrt(shape), 4)
            for centre in range(len(GRID)):
                for reach in np.unique(far[centre][far[centre] <= 200]):
                    within = (far[centre] <= reach)[place]
                    n, c, whole, every = within.sum(), (within & cases).sum(), 120, cases.sum()
                    if n == 0 or n > 60 or c / n <= (every - c) / (whole - n):
                        continue
                    parts = ((c, n), (n - c, n), (every - c, whole - n), (whole - n - every + c, whole - n))
                    told = sum(some * np.log(some / of) for some, of in parts if some)
                    told -= every * np.log(every / whole) + (whole - every) * np.log((whole - every) / whole)
                    best = max(best, told * (4 * shape / (shape + 1) ** 2) ** 0.5)
    assert found.llr == pytest.approx(best, abs=1e-12)


def test_p_values_are_uniform_where_nothing_is_planted(uniform: Uniform) -> None:
    """Few runs of few simulations: ``benchmarks/analysis/calibration.py`` has 2,000."""
    people = np.random.default_rng(0).integers(50, 500, 36).astype(float)
    by_model: dict[str, list[float]] = {"permutation": [], "poisson": [], "bernoulli": [], "ellipses": []}
    for seed in range(80):
        draws = np.random.default_rng(seed)
        place, day = events(40, seed, days=15)
        how: dict[str, Any] = {"radius": 250, "days": 4, "simulations": 19, "seed": seed}
        by_model["permutation"].append(permutation_scan(GRID, place, day, **how).clusters[0].p)
        drawn = draws.choice(36, 40, p=people / people.sum())
        by_model["poisson"].append(poisson_scan(GRID, drawn, people, day, **how).clusters[0].p)
        cases = draws.uniform(size=40) < 0.4
        by_model["bernoulli"].append(bernoulli_scan(GRID, place, cases, day, **how).clusters[0].p)
        if seed % 3 == 0:
            ellipses = poisson_scan(GRID, drawn, people, ellipses=True, **how | {"radius": 150}).clusters
            by_model["ellipses"].append(ellipses[0].p)
    for model in ("permutation", "ellipses", "poisson"):
        assert uniform(by_model[model], 19) > 0.01, model
    # So few cases give few different statistics, and ties make p-values too large, never too small.
    assert uniform(by_model["bernoulli"], 19, "greater") > 0.01


def test_of_few_events_gumbel_s_law_is_not_asked() -> None:
    of_few, of_many = (
        permutation_scan(GRID, *events(n, 3, days=60), radius=300, days=7, simulations=19) for n in (99, 100)
    )
    assert all(one.p_gumbel == one.p for one in of_few.clusters)
    assert any(one.p_gumbel != one.p for one in of_many.clusters)


def planted(seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    place, day = events(200, seed, days=100)
    return np.append(place, [14] * 12 + [15] * 12), np.append(day, [50, 51, 52, 53, 54, 55] * 4)


def test_a_planted_cluster_is_found_with_its_place_and_days() -> None:
    place, day = planted()
    best = permutation_scan(GRID, place, day, radius=300, days=14, simulations=199).clusters[0]
    assert best.p == 0.005
    assert best.p_gumbel < 0.001
    assert {14, 15} <= set(best.locations.tolist())
    assert (best.first, best.last) == (50, 55)
    assert best.observed >= 24
    assert best.ratio > 3
    assert best.relative_risk > best.ratio
    assert np.isnan(best.recurrence_days)


def test_secondary_clusters_share_no_location_with_stronger_ones() -> None:
    found = permutation_scan(GRID, *planted(), radius=200, days=14, simulations=19)
    assert len(found.clusters) > 1
    locations = np.concatenate([one.locations for one in found.clusters])
    assert len(locations) == len(set(locations.tolist()))
    strengths = [one.llr for one in found.clusters]
    assert strengths == sorted(strengths, reverse=True)


def test_a_prospective_scan_looks_only_at_what_still_goes_on() -> None:
    place, day = planted()
    past = permutation_scan(GRID, place, day, radius=300, days=14, simulations=99, prospective=True)
    assert past.clusters[0].last == day.max()
    assert past.clusters[0].p > 0.05
    going_on = day <= 55
    now = permutation_scan(
        GRID, place[going_on], day[going_on], radius=300, days=14, simulations=99, prospective=True
    ).clusters[0]
    assert now.last == 55
    assert now.recurrence_days > 99


def looked_ahead(model: str, until: int) -> tuple[Cluster, dict[str, np.ndarray]]:
    """The strongest cluster that still goes on at the end of day ``until``, and what was scanned."""
    place, day = planted()
    known = day <= until
    # A case on the last day: without one nothing of cases would still go on.
    cases = ((np.arange(len(day)) >= 200) | (np.arange(len(day)) % 4 == 0) | (day == day[known].max()))[known]
    how: dict[str, Any] = {"radius": 300, "days": 14, "simulations": 99, "prospective": True}
    if model == "poisson":
        found = poisson_scan(GRID, place[known], np.ones(36), day[known], **how)
    else:
        found = bernoulli_scan(GRID, place[known], cases, day[known], **how)
    return found.clusters[0], {"place": place[known], "day": day[known], "cases": cases}


@pytest.mark.parametrize("model", ["poisson", "bernoulli"])
def test_poisson_and_bernoulli_scans_look_ahead_too(model: str) -> None:
    now, _ = looked_ahead(model, 55)
    assert (now.last, now.p) == (55, 0.01)
    assert {14, 15} <= set(now.locations.tolist())
    assert now.recurrence_days > 99
    past, _ = looked_ahead(model, 99)
    assert past.last == 99
    assert past.p > 0.05
    # One look a day: chance brings as much every 1 / p days.
    assert past.recurrence_days == pytest.approx(1 / past.p)


def test_what_is_found_ahead_is_that_of_the_definition() -> None:
    """Of all cylinders those that hold the last day: the largest ratio among them, for both models."""
    poisson, seen = looked_ahead("poisson", 70)
    bernoulli, _ = looked_ahead("bernoulli", 70)
    place, day, cases = seen["place"], seen["day"] - seen["day"].min(), seen["cases"]
    n, all_cases, span = len(day), int(cases.sum()), int(day.max()) + 1
    largest, largest_labelled = 0.0, 0.0

    def part(some: float, of: float) -> float:
        return some * np.log(some / of) if some > 0 else 0.0

    for inside, first, last in cylinders(300, 14, span):
        if last != span - 1:
            continue
        within = inside[place] & (day >= first)
        k, c = int(within.sum()), int((within & cases).sum())
        if inside.sum() <= 18:
            largest = max(largest, llr(k, n * inside.mean() * (last - first + 1) / span, n))
        if inside[place].sum() <= n / 2 and 0 < k < n and c / k > (all_cases - c) / (n - k):
            told = part(c, k) + part(k - c, k) + part(all_cases - c, n - k) + part(n - k - all_cases + c, n - k)
            largest_labelled = max(largest_labelled, told - part(all_cases, n) - part(n - all_cases, n))
    assert poisson.llr == pytest.approx(largest, abs=1e-12)
    assert bernoulli.llr == pytest.approx(largest_labelled, abs=1e-12)


def test_the_number_of_threads_changes_nothing() -> None:
    threads, found = numba.get_num_threads(), []
    for number in (1, threads):
        numba.set_num_threads(number)
        found.append(permutation_scan(GRID, *planted(), radius=300, days=14, simulations=99, seed=3))
    numba.set_num_threads(threads)
    assert np.array_equal(found[0].largest, found[1].largest)
    assert [one.llr for one in found[0].clusters] == [one.llr for one in found[1].clusters]


def test_days_begin_anywhere() -> None:
    place, day = planted()
    one, other = (
        permutation_scan(GRID, place, day + shift, radius=300, days=14, simulations=19) for shift in (0, 16_000)
    )
    assert other.clusters[0].first == one.clusters[0].first + 16_000
    assert np.array_equal(one.largest, other.largest)


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"event_location": [], "event_day": []}, "analysis-too-few"),
        ({"event_location": [1], "event_day": [1]}, "analysis-too-few"),
        ({"event_location": [1, 2, 99], "event_day": [1, 2, 3]}, "analysis-argument"),
        ({"event_location": [1, 2, 3], "event_day": [1, 2]}, "analysis-shape"),
        ({"event_location": [1, 2, 3], "event_day": [1, np.nan, 2]}, "analysis-not-numbers"),
        ({"locations": GRID / 1e4 + [-80.4, -3.5]}, "analysis-degrees"),
        ({"locations": GRID * 0 + 7, "event_location": [1, 2, 3], "event_day": [1, 2, 3]}, "analysis-one-place"),
        ({"days": 0}, "analysis-argument"),
        ({"simulations": 2}, "analysis-argument"),
        ({"largest_share": 0}, "analysis-argument"),
        ({"penalty": -1}, "analysis-argument"),
    ],
)
def test_what_cannot_be_scanned_is_refused(how: dict[str, Any], code: str) -> None:
    place, day = planted()
    asked = {"locations": GRID, "event_location": place, "event_day": day, "radius": 300, "days": 7} | how
    with pytest.raises(AnalysisError) as refused:
        permutation_scan(**asked)
    assert refused.value.problems[0].code == code


def test_events_where_nobody_lives_and_cases_without_controls_are_refused() -> None:
    place, day = planted()
    people = np.ones(36)
    people[place[0]] = 0
    with pytest.raises(AnalysisError):
        poisson_scan(GRID, place, people, radius=300)
    with pytest.raises(AnalysisError):
        bernoulli_scan(GRID, place, np.ones(len(place), bool), day, radius=300)


def test_where_no_day_differs_from_another_nothing_is_found() -> None:
    place = np.arange(36)
    assert permutation_scan(GRID, place, np.zeros(36), radius=300, days=7, simulations=19).clusters == ()
