"""A change against published examples, scipy, simulation, and in words."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from convive.errors import WrongUse
from convive.indicators import change


def test_the_worked_example_of_r() -> None:
    """``poisson.test(c(11, 6+8+7), c(800, 1083+1050+878))`` of R's documentation: lung cancer in Fredericia against
    three other Danish towns, ages 55–59 (Andersen 1977, eba1977 of ISwR)."""
    found = change(6 + 8 + 7, 1083 + 1050 + 878, 11, 800)
    assert found.rate_ratio == pytest.approx(1.971488, abs=1e-6)
    assert (found.low, found.high) == pytest.approx((0.8584264, 4.2772659), abs=1e-6)
    assert found.p_value == pytest.approx(0.07967, abs=5e-6)


def test_the_dodder_seeds_of_przyborowski_and_wilenski() -> None:
    """No seed in 100 g against three in 100 g (Biometrika 1940): one-sided ½³ = 0.125. The unconditional test of
    Krishnamoorthy and Thomson (2004) gives 0.088, so the exact one is the more careful of the two."""
    found = change(0, 100, 3, 100)
    assert found.p_value == pytest.approx(2 * 0.125)
    assert found.rate_ratio == math.inf
    assert found.high == math.inf
    unconditional = stats.poisson_means_test(0, 100, 3, 100).pvalue
    assert unconditional == pytest.approx(0.0884, abs=1e-4)
    assert found.p_value > unconditional


@pytest.mark.parametrize(("before", "after"), [(11, 48), (48, 45), (45, 54), (0, 1), (7, 0), (300, 250)])
def test_it_is_the_binomial_test_of_the_later_share(before: int, after: int) -> None:
    found = change(before, 228_000, after, 231_500)
    share = 231_500 / (228_000 + 231_500)
    assert found.p_value == pytest.approx(stats.binomtest(after, before + after, share).pvalue)
    limits = stats.binomtest(after, before + after).proportion_ci(method="exact")
    assert found.low == pytest.approx(limits.low / (1 - limits.low) * 228_000 / 231_500)


def test_the_same_question_backwards_has_the_opposite_answer() -> None:
    one, other = change(20, 1000, 31, 1100), change(31, 1100, 20, 1000)
    assert one.rate_ratio * other.rate_ratio == pytest.approx(1)
    assert one.low * other.high == pytest.approx(1)
    assert one.probability_rise + other.probability_rise == pytest.approx(1)
    assert one.p_value == pytest.approx(other.p_value)


def test_the_probability_of_a_rise_is_that_of_two_gamma_draws() -> None:
    dice = np.random.default_rng(7)
    before = dice.gamma(12.5, size=200_000) / 1000
    after = dice.gamma(19.5, size=200_000) / 900
    assert change(12, 1000, 19, 900).probability_rise == pytest.approx((after > before).mean(), abs=0.004)


def test_noise_is_called_a_sure_change_at_most_as_often_as_it_should() -> None:
    """Under no change the exact test errs in at most 5 of 100, and says so in words at about that rate."""
    dice = np.random.default_rng(11)
    pairs = dice.poisson(15, size=(1500, 2))
    found = [change(int(a), 1, int(b), 1) for a, b in pairs]
    assert np.mean([one.p_value < 0.05 for one in found]) <= 0.05
    assert np.mean(["more than noise" in one.words("en") for one in found]) == pytest.approx(0.05, abs=0.02)


def test_the_interval_covers_the_true_ratio_at_least_as_often_as_it_says() -> None:
    dice = np.random.default_rng(13)
    pairs = dice.poisson([10, 20], size=(1500, 2))
    found = [change(int(a), 1, int(b), 1) for a, b in pairs]
    assert np.mean([one.low <= 2 <= one.high for one in found]) >= 0.95


def test_nothing_before_and_after_says_nothing() -> None:
    found = change(0, 1000, 0, 1000)
    assert math.isnan(found.rate_ratio)
    assert (found.p_value, found.probability_rise) == (1, 0.5)
    assert (found.low, found.high) == (0, math.inf)


@pytest.mark.parametrize(
    "question", [(-1, 10, 2, 10), (1, 10, -2, 10), (1, 0, 2, 10), (1, 10, 2, -5), (1, 10, 2, math.nan)]
)
def test_impossible_questions_are_refused(question: tuple[int, float, int, float]) -> None:
    with pytest.raises(WrongUse) as refused:
        change(*question)
    assert refused.value.problems[0].code == "impossible-change"
    assert refused.value.describe("es") != refused.value.describe("en")


WORDS = {
    (1, 3): ("too few", "muy pocos"),
    (0, 0): ("too few", "muy pocos"),
    (11, 48): ("The rise is more than noise", "El aumento es más que azar"),
    (48, 11): ("The fall is more than noise", "El descenso es más que azar"),
    (40, 55): ("probably rose", "Probablemente aumentó"),
    (55, 40): ("probably fell", "Probablemente disminuyó"),
    (45, 54): ("cannot be said that it rose", "No se puede decir que haya aumentado"),
    (54, 45): ("cannot be said that it fell", "No se puede decir que haya disminuido"),
}


@pytest.mark.parametrize(("counts", "words"), WORDS.items())
def test_the_verdict_in_words(counts: tuple[int, int], words: tuple[str, str]) -> None:
    found = change(counts[0], 1000, counts[1], 1000)
    assert words[0] in found.words("en")
    assert words[1] in found.words("es")


def test_a_probability_is_never_rounded_up_to_certainty() -> None:
    assert "99.9 %" in change(10, 1, 500, 1).words("en")
