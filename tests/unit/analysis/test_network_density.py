"""Densities along streets are those of spatstat and of the definition, add up to the events, keep their promises."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
from scipy import stats

from convive.analysis.network import Network, lixels, located, network
from convive.analysis.network_density import network_density, network_excess
from convive.errors import AnalysisError

SPATSTAT: dict[str, Any] = json.loads((Path(__file__).parent / "network_density.json").read_text("utf-8"))
NODES = np.array(SPATSTAT["nodes"], dtype=float)


def streets(lines: list[list[tuple[float, float]]]) -> Network:
    return network([np.array(one, dtype=float) for one in lines], metres=True)


def town() -> tuple[Network, np.ndarray]:
    """The town of network_density.R and its events."""
    ends = NODES[np.array(SPATSTAT["segments"])]
    segment, share = np.array(SPATSTAT["event_segment"]), np.array(SPATSTAT["event_share"])
    return network(list(ends)), ends[segment, 0] + share[:, None] * (ends[segment, 1] - ends[segment, 0])


@pytest.mark.parametrize(
    ("kernel", "bandwidth", "name", "error"),
    [
        ("epanechnikov", 120, "epanechnikov_120", 0.001),
        ("quartic", 150, "quartic_150", 0.0005),
        ("heat", 30, "heat_30", 0.008),
    ],
)
def test_densities_are_those_of_spatstat(kernel: str, bandwidth: float, name: str, error: float) -> None:
    place, events = town()
    ours = network_density(events, place, bandwidth, kernel=kernel, lixel=0.1)
    theirs = {key: np.array(value) for key, value in SPATSTAT[name].items()}
    ends = NODES[np.array(SPATSTAT["segments"])[theirs["segment"]]]
    asked = located(ends[:, 0] + theirs["share"][:, None] * (ends[:, 1] - ends[:, 0]), place, reach=1)
    at = [
        np.interp(along, *(values[ours.lixels.segment == on] for values in (ours.lixels.middle, ours.value)))
        for on, along in zip(asked.segment, asked.along, strict=True)
    ]
    assert len(at) > 30
    assert np.abs(at - theirs["value"]).max() < error * theirs["value"].max()
    assert ours.events == 12
    assert ours.beyond == 0


def test_heat_at_a_crossing_goes_on_and_comes_back_as_the_exact_solution_says() -> None:
    rays = streets([[(0, 0), (1000 * np.cos(turn), 1000 * np.sin(turn))] for turn in (0, 2, 4)])
    found = network_density([[100.0, 0.0]], rays, 50, kernel="heat", lixel=10, metres=True)
    out, on = found.lixels.middle, found.lixels.segment
    ahead, behind = stats.norm.pdf(out - 100, scale=50), stats.norm.pdf(out + 100, scale=50)
    exact = np.where(on == 0, ahead - behind / 3, 2 / 3 * behind)
    assert np.abs(found.value - exact).max() < 1e-4 * exact.max()


def test_heat_on_a_ring_is_the_wrapped_normal_and_in_a_closed_street_its_mirrors() -> None:
    turns = np.linspace(0, 2 * np.pi, 201)
    ring = streets([[(500 / 2 / np.pi * np.cos(turn), 500 / 2 / np.pi * np.sin(turn)) for turn in turns]])
    found = network_density([ring.nodes[0]], ring, 80, kernel="heat", metres=True)
    around = np.cumsum(found.lixels.length) - found.lixels.length / 2
    begin = next(at for at, segment in enumerate(ring.segments) if segment[0] == 0)
    far = around - around[begin] + found.lixels.length[0] / 2
    exact = sum(stats.norm.pdf(far + turn * ring.total, scale=80) for turn in range(-3, 4))
    assert np.abs(found.value - exact).max() < 1e-3 * exact.max()
    closed = streets([[(0, 0), (90, 0), (200, 0)]])
    found = network_density([[30.0, 0.0]], closed, 80, kernel="heat", metres=True)
    at = found.lixels.middle + np.where(found.lixels.segment == 1, 90, 0)
    exact = sum(
        stats.norm.pdf(at - 30 + 400 * k, scale=80) + stats.norm.pdf(at + 30 + 400 * k, scale=80) for k in range(-2, 3)
    )
    assert np.abs(found.value - exact).max() < 1e-3 * exact.max()


def test_the_definition_path_by_path() -> None:
    place, events = town()
    ours = network_density(events[:3], place, 260, kernel="quartic", lixel=25)
    ends, middle = place.segments, ours.lixels.middle
    leaving: dict[int, list[tuple[int, int]]] = {}
    for segment, (first, last) in enumerate(ends.tolist()):
        leaving.setdefault(first, []).append((segment, 0))
        leaving.setdefault(last, []).append((segment, 1))
    exact = np.zeros(len(middle))

    def kernel(far: Any) -> Any:
        return np.where(far < 260, 15 / 16 / 260 * np.maximum(0, 1 - (far / 260) ** 2) ** 2, 0)

    def walk(node: int, came: int, far: float, amount: float) -> None:
        if far >= 260:
            return
        m = len(leaving[node])
        for segment, end in leaving[node]:
            part = amount * (2 / m - (segment == came))
            own = ours.lixels.segment == segment
            along = middle[own] if end == 0 else place.length[segment] - middle[own]
            exact[own] += part * kernel(far + along)
            walk(int(ends[segment, 1 - end]), segment, far + place.length[segment], part)

    for segment, share in zip(SPATSTAT["event_segment"][:3], SPATSTAT["event_share"][:3], strict=True):
        on = next(
            at
            for at, pair in enumerate(ends)
            if np.allclose(place.nodes[pair], NODES[np.array(SPATSTAT["segments"][segment])])
        )
        own, along = ours.lixels.segment == on, share * place.length[on]
        exact[own] += kernel(np.abs(middle[own] - along))
        walk(int(ends[on, 0]), on, along, 1.0)
        walk(int(ends[on, 1]), on, place.length[on] - along, 1.0)
    assert np.abs(ours.value - exact).max() < 2e-4 * exact.max()


@pytest.mark.parametrize("kernel", ["heat", "quartic", "epanechnikov"])
def test_no_event_is_lost(kernel: str) -> None:
    place, events = town()
    found = network_density(events, place, 90, kernel=kernel, lixel=2)
    assert (found.value * found.lixels.length).sum() == pytest.approx(12, rel=2e-4)


@pytest.mark.parametrize("kernel", ["heat", "quartic", "epanechnikov"])
def test_an_event_at_a_corner_counts_whole(kernel: str) -> None:
    place, _ = town()
    for node in place.nodes[np.bincount(place.segments.ravel()) > 2]:
        found = network_density([node], place, 90, kernel=kernel, lixel=1, draws=0)
        assert (found.value * found.lixels.length).sum() == pytest.approx(1, rel=2e-3)


def test_a_short_ring_and_short_streets_between_corners_are_walked_step_by_step() -> None:
    around = [(0, 0), (2, 1), (3, 3), (1, 2), (0, 0)]
    place = streets([around, [(0, 0), (-2, 0)], [(-2, 0), (-90, 0)], [(-2, 0), (-2, -70)], [(-90, 0), (-90, 80)]])
    found = network_density([[-40.0, 0.0], [1.0, 2.0]], place, 150, lixel=1, draws=0, metres=True)
    assert (found.value * found.lixels.length).sum() == pytest.approx(2, rel=2e-3)


def test_a_node_in_the_middle_of_a_street_changes_nothing() -> None:
    place, events = town()
    parts = [np.linspace(*place.nodes[pair], 5) for pair in place.segments]
    one = network_density(events, place, 90, lixel=10)
    other = network_density(events, network(parts), 90, lixel=10)
    halves = lixels(place, place.length.max() * 2)
    assert len(halves.segment) == len(place.segments)
    total = [
        np.bincount(found.lixels.segment // pieces, found.value * found.lixels.length)
        for found, pieces in ((one, 1), (other, 4))
    ]
    assert np.abs(total[0] - total[1]).max() < 0.002


def test_the_interval_covers_the_expectation_as_often_as_it_says() -> None:
    place, _ = town()
    pieces = lixels(place, 20)
    draws = np.random.default_rng(3)
    share = place.length / place.total

    def drawn(n: int) -> np.ndarray:
        on = draws.choice(len(share), n, p=share)
        return place.place(on, draws.uniform(size=n) * place.length[on])

    truth = network_density(drawn(40_000), place, 150, lixel=20, draws=8).value / 40_000
    covered = []
    for _ in range(40):
        n = draws.poisson(60)
        found = network_density(drawn(n), place, 150, lixel=20)
        covered.append((found.low <= 60 * truth) & (60 * truth <= found.high))
    assert len(covered[0]) == len(pieces.segment)
    assert 0.935 < np.mean(covered) < 0.985


def test_excess_is_uniform_where_events_fall_anywhere_and_finds_what_was_planted(uniform: Callable[..., float]) -> None:
    place, _ = town()
    draws = np.random.default_rng(1)
    share, p, family = place.length / place.total, [], []
    for seed in range(80):
        on = draws.choice(len(share), 30, p=share)
        found = network_excess(
            place.place(on, draws.uniform(size=30) * place.length[on]), place, 100, lixel=40, simulations=19, seed=seed
        )
        p.append(found.p[7])
        family.append(found.p_family.min())
    assert uniform(p, 19) > 0.01
    assert uniform(family, 19) > 0.01
    planted = np.concatenate(
        [place.place(on, draws.uniform(size=30) * place.length[on]), np.repeat([NODES[1]], 20, axis=0)]
    )
    found = network_excess(planted, place, 60, simulations=199)
    assert found.significant.any()
    near = np.hypot(*(place.place(found.lixels.segment, found.lixels.middle)[found.significant] - NODES[1]).T)
    assert near.max() < 80
    assert found.expected.mean() == pytest.approx(50 / place.total, rel=0.05)


def test_streets_without_exposure_draw_no_events() -> None:
    place, events = town()
    exposure = (lixels(place, 20).segment != 15).astype(float)
    found = network_excess(events, place, 60, lixel=20, exposure=exposure, simulations=19)
    assert found.expected[exposure == 0].max() == 0
    assert found.expected[exposure > 0].min() > 0


def test_the_number_of_threads_changes_nothing() -> None:
    place, events = town()
    threads, found = numba.get_num_threads(), []
    for number in (1, threads):
        numba.set_num_threads(number)
        density = network_density(events, place, 90, seed=4)
        excess = network_excess(events, place, 90, simulations=49, seed=4)
        found.append((density.value, density.low, excess.p, excess.p_family, excess.expected))
    numba.set_num_threads(threads)
    for one, other in zip(*found, strict=True):
        assert np.array_equal(one, other)


def test_a_town_of_several_blocks_is_reckoned_alike_however_it_is_numbered_and_on_any_threads() -> None:
    """Turned over, its corners lie otherwise along the curve, so that other corners wait for each other."""
    draws = np.random.default_rng(2)
    y, x = np.mgrid[0:36, 0:36] * 100.0
    nodes = np.column_stack([x.ravel(), y.ravel()]) + draws.normal(0, 25, (36 * 36, 2))
    nodes[1::36] = nodes[::36] + np.array([6, 0])  # streets shorter than a slab of steps
    number = np.arange(36 * 36).reshape(36, 36)
    ends = np.concatenate(
        [
            np.column_stack([a.ravel(), b.ravel()])
            for a, b in ((number[:, :-1], number[:, 1:]), (number[:-1], number[1:]))
        ]
    )
    ends = ends[draws.uniform(size=len(ends)) > 0.1]
    events, threads, found = draws.uniform(0, 3500, (400, 2)), numba.get_num_threads(), []
    for kernel in ("heat", "epanechnikov"):
        for turned in (1, -1):
            place = network(list((nodes * turned + 9_000)[ends]))
            for number_of_threads in (1, threads):
                numba.set_num_threads(number_of_threads)
                found.append(network_density(events * turned + 9_000, place, 150, kernel=kernel, draws=0))
    numba.set_num_threads(threads)
    for one, same, over, too in (found[:4], found[4:]):
        assert np.array_equal(one.value, same.value)
        assert np.array_equal(over.value, too.value)
        assert np.abs(one.value - over.value).max() < 1e-12 * one.value.max()
        assert (one.value * one.lixels.length).sum() == pytest.approx(one.events, rel=2e-3)


def test_events_far_from_every_street_are_told() -> None:
    place, events = town()
    found = network_density(np.vstack([events, [[-500, -500]]]), place, 90, reach=30)
    assert (found.events, found.beyond) == (12, 1)


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"points": []}, "analysis-too-few"),
        ({"points": [[5000.0, 5000.0]]}, "analysis-too-few"),
        ({"points": [[-80.45, -3.57]]}, "analysis-degrees"),
        ({"points": [[np.nan, 1.0]]}, "analysis-not-numbers"),
        ({"bandwidth": 0}, "analysis-argument"),
        ({"kernel": "uniform"}, "analysis-argument"),
        ({"lixel": -1}, "analysis-argument"),
        ({"draws": 1}, "analysis-argument"),
    ],
)
def test_what_cannot_be_answered_is_refused(how: dict[str, Any], code: str) -> None:
    place, events = town()
    asked = {"points": events, "streets": place, "bandwidth": 90} | how
    with pytest.raises(AnalysisError) as refused:
        network_density(**asked)
    assert refused.value.problems[0].code == code


def test_lengths_along_the_streets_are_those_of_the_lines() -> None:
    place, _ = town()
    assert place.total == pytest.approx(
        sum(np.hypot(*(b - a)) for a, b in (NODES[pair] for pair in np.array(SPATSTAT["segments"])))
    )
    assert all(low < high for low, high in pairwise(lixels(place, 20).first))
