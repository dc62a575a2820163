"""Random numbers of kernels are uniform, the same for the same seed, and different in every simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from convive.analysis.chance import below, p_value, poisson, shuffle, stream, uniform


def test_uniform_numbers_are_uniform_within_a_stream_and_across_streams() -> None:
    state = stream(1, 0)
    along = np.array([uniform(state) for _ in range(20_000)])
    across = np.array([uniform(stream(1, number)) for number in range(20_000)])
    for drawn in (along, across):
        assert stats.kstest(drawn, "uniform").pvalue > 0.001
    assert abs(np.corrcoef(along[:-1], along[1:])[0, 1]) < 0.03


@pytest.mark.parametrize("bound", [1, 2, 3, 7, 1000])
def test_whole_numbers_are_all_as_likely(bound: int) -> None:
    state = stream(7, 3)
    counts = np.bincount([below(state, bound) for _ in range(20_000)], minlength=bound)
    assert len(counts) == bound
    assert bound == 1 or stats.chisquare(counts).pvalue > 0.001


def test_every_order_is_as_likely() -> None:
    state = stream(3, 0)
    seen: dict[tuple[int, ...], int] = {}
    for _ in range(12_000):
        values = np.arange(4)
        shuffle(values, state)
        seen[tuple(values.tolist())] = seen.get(tuple(values.tolist()), 0) + 1
    assert len(seen) == 24
    assert stats.chisquare(list(seen.values())).pvalue > 0.001


@pytest.mark.parametrize("mean", [0.3, 5.0, 29.0, 31.0, 400.0])
def test_poisson_numbers_have_their_mean_and_variance(mean: float) -> None:
    state = stream(5, 1)
    drawn = np.array([poisson(mean, state) for _ in range(20_000)])
    assert abs(drawn.mean() - mean) < 4 * np.sqrt(mean / 20_000)
    assert abs(drawn.var() / mean - 1) < 0.05


def test_the_same_seed_and_simulation_draw_the_same() -> None:
    one, other, third = stream(9, 4), stream(9, 4), stream(9, 5)
    assert [uniform(one) for _ in range(5)] == [uniform(other) for _ in range(5)]
    assert uniform(third) != uniform(stream(9, 4))


def test_a_p_value_counts_what_was_observed_among_the_simulated() -> None:
    assert p_value(3.0, np.array([1.0, 2.0, 3.0])) == 0.5
    assert p_value(9.0, np.zeros(999)) == 0.001
