"""Scan statistics are those of their published definitions, calibrated, and find what was planted."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pytest
from scipy import stats

from convive.analysis.scan import bernoulli_scan, permutation_scan, poisson_scan
from convive.errors import AnalysisError

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


def test_p_values_are_uniform_where_nothing_is_planted() -> None:
    people = np.random.default_rng(0).integers(50, 500, 36).astype(float)
    by_model: dict[str, list[float]] = {"permutation": [], "poisson": [], "bernoulli": [], "gumbel": []}
    for seed in range(250):
        draws = np.random.default_rng(seed)
        place, day = events(60, seed, days=20)
        how: dict[str, Any] = {"radius": 250, "days": 5, "simulations": 99, "seed": seed}
        found = permutation_scan(GRID, place, day, **how).clusters[0]
        by_model["permutation"].append(found.p)
        by_model["gumbel"].append(found.p_gumbel)
        drawn = draws.choice(36, 60, p=people / people.sum())
        by_model["poisson"].append(poisson_scan(GRID, drawn, people, day, **how).clusters[0].p)
        by_model["bernoulli"].append(
            bernoulli_scan(GRID, place, draws.uniform(size=60) < 0.4, day, **how).clusters[0].p
        )
    for model in ("permutation", "poisson", "gumbel"):
        assert stats.kstest(by_model[model], "uniform").pvalue > 0.01, model
    # So few cases give few different statistics, and ties make p-values too large, never too small.
    assert stats.kstest(by_model["bernoulli"], "uniform", alternative="greater").pvalue > 0.01


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
