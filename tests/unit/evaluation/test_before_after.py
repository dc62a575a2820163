"""Power: against simulation with the test that pages use, and against tables of a peer."""

from __future__ import annotations

import numpy as np
import pytest

from convive.evaluation.before_after import power_of_counts, power_of_shares, smallest_fall
from convive.indicators.change import change


@pytest.mark.parametrize(
    ("before", "ratio", "exposure"), [(45, 0.6, 1.0), (20, 0.4, 1.0), (30, 1.8, 1.0), (40, 0.7, 2.0)]
)
def test_power_is_how_often_the_interval_of_the_ratio_leaves_1_out(before: int, ratio: float, exposure: float) -> None:
    rng = np.random.default_rng(7)
    pairs = zip(rng.poisson(before, 1500), rng.poisson(before * ratio * exposure, 1500), strict=True)
    found = [change(int(a), 1.0, int(b), exposure) for a, b in pairs if a + b]
    seen = np.mean([one.low > 1 or one.high < 1 for one in found])
    assert power_of_counts(before, ratio, exposure=exposure) == pytest.approx(seen, abs=3.5 * np.sqrt(0.25 / 1500))


def test_without_a_change_the_test_rejects_no_more_than_its_level() -> None:
    for count in (1, 5, 20, 100):
        assert power_of_counts(count, 1.0) <= 0.05


def test_more_events_and_larger_changes_show_more() -> None:
    assert power_of_counts(10, 0.5) < power_of_counts(50, 0.5) < power_of_counts(200, 0.5)
    assert power_of_counts(50, 0.8) < power_of_counts(50, 0.5) < power_of_counts(50, 0.1)


def test_the_smallest_fall_is_seen_and_the_next_smaller_is_not() -> None:
    found = smallest_fall(45)
    assert found is not None
    assert power_of_counts(45, found) >= 0.8 > power_of_counts(45, found + 0.01)
    assert smallest_fall(3) is None
    assert power_of_counts(0, 0.5) == 0


def test_shares_agree_with_a_published_sample_size() -> None:
    """20 % against 40 %: 81 a group give 80 % (Fleiss, Statistical Methods for Rates and Proportions, normal test)."""
    assert power_of_shares(0.2, 0.4, 81) == pytest.approx(0.8, abs=0.02)
