"""The library of what worked elsewhere: pooling against metafor and statsmodels, grades, and what is carried over."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from statsmodels.stats.meta_analysis import combine_effects

from convive.decision.reading import load
from convive.errors import AnalysisError
from convive.evaluation.evidence import Expected, expected, impact, rules, studies, study
from convive.evaluation.evidence.pooling import pooled

EFFECTS, ERRORS = [-0.15, -0.14, -0.35, 0.1, -0.5], [0.06, 0.06, 0.1, 0.2, 0.15]


def test_dersimonian_laird_is_that_of_metafor() -> None:
    """R 4.2.2, metafor 3.8-1: rma(y, sei = s, method = "DL", test = "knha")."""
    found = pooled(EFFECTS, ERRORS, method="dersimonian-laird")
    told = (found.effect, found.error, found.low, found.high, found.tau, 100 * found.i2, found.q, found.p)
    metafor = (-0.21229827391, 0.08048808829, -0.43576903266, 0.01117248485)
    assert told == pytest.approx((*metafor, 0.11070906151, 60.25464774434, 10.06406981694, 0.03936215369), rel=1e-9)


def test_restricted_likelihood_is_that_of_metafor() -> None:
    """The same with method = "REML"; metafor stops at 1e-5 of its iteration, hence the tolerance."""
    found = pooled(EFFECTS, ERRORS)
    told = (found.effect, found.error, found.low, found.high, found.tau)
    assert told == pytest.approx(
        (-0.21360456197, 0.08231365102, -0.44214389544, 0.01493477150, 0.12174308935), abs=2e-5
    )


def test_it_agrees_with_statsmodels() -> None:
    other = combine_effects(np.array(EFFECTS), np.array(ERRORS) ** 2, method_re="dl", use_t=True)
    found = pooled(EFFECTS, ERRORS, method="dersimonian-laird")
    assert found.tau**2 == pytest.approx(other.tau2)
    assert found.effect == pytest.approx(other.mean_effect_re)
    assert found.error == pytest.approx(other.sd_eff_w_re_hksj)


BCG = {
    "vaccinated": (4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27),
    "of": (123, 306, 231, 13598, 5069, 1541, 2545, 88391, 7499, 1716, 50634, 2498, 16913),
    "control": (11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29),
    "control_of": (139, 303, 220, 12867, 5808, 1451, 629, 88391, 7277, 1665, 27338, 2341, 17854),
}


def test_a_published_meta_analysis_comes_out_as_published() -> None:
    """Thirteen trials of BCG (Colditz et al., JAMA 1994;271:698-702), log risk ratios pooled by restricted likelihood:
    -0.7145, tau2 0.3132, I2 92.22 %, Q 152.2330 (Viechtbauer, Journal of Statistical Software 2010;36(3), § 3)."""
    hit, of, other, whole = (np.array(BCG[name], float) for name in ("vaccinated", "of", "control", "control_of"))
    effects, errors = np.log((hit / of) / (other / whole)), np.sqrt(1 / hit - 1 / of + 1 / other - 1 / whole)
    found = pooled(effects, errors)
    assert (found.effect, found.tau**2) == pytest.approx((-0.7145, 0.3132), abs=1e-4)
    assert (100 * found.i2, found.q) == pytest.approx((92.22, 152.2330), abs=1e-2)
    assert found.next_low < found.low < found.effect < found.high < found.next_high


def test_the_next_place_lies_where_the_prediction_says() -> None:
    """With many studies; of eight it holds about 88 % only, as the literature says (Partlett & Riley 2017)."""
    draw, held = np.random.default_rng(2), 0
    for _ in range(600):
        errors = draw.uniform(0.05, 0.2, 40)
        places = draw.normal(-0.2, 0.15, 41)
        found = pooled(draw.normal(places[:40], errors), errors)
        held += found.next_low <= places[40] <= found.next_high
    assert held / 600 == pytest.approx(0.95, abs=0.03)


def test_two_that_agree_are_not_certain_and_one_is_no_pool() -> None:
    alike = pooled([-0.15, -0.151], [0.06, 0.06])
    careful = pooled([-0.15, -0.151], [0.06, 0.06], at_least_fixed=True)
    assert careful.error == pytest.approx(0.06 / math.sqrt(2))
    assert careful.error > alike.error
    assert math.isnan(alike.next_low)
    for effects, errors in (([-0.1], [0.1]), ([-0.1, 0.1], [0.0, 0.1])):
        with pytest.raises(AnalysisError):
            pooled(effects, errors)


def test_every_study_has_a_source_a_graded_design_and_a_place_in_the_rules() -> None:
    told = rules()
    assert len({one.id for one in studies()}) == len(studies()) >= 10
    for one in studies():
        assert one.source
        assert one.measure in told["measures"]
        assert 1 <= one.level <= 5
        assert one.region in told["transport"]
        assert one.ratio is not None or one.in_words is not None
        assert not one.same_data_as or study(one.same_data_as) is not None
        if one.low is not None and one.high is not None and one.ratio is not None:
            assert one.low < one.ratio < one.high


def test_what_is_carried_over_is_less_than_what_was_found() -> None:
    guns = expected("gun-carrying-ban")
    assert guns is not None
    assert guns.studies == ("cali-guns-1993", "bogota-guns-1995")
    assert guns.pool is not None
    # Villaveces et al.: 0.86 and 0.87; four fifths of nine tenths of the logarithm are kept.
    assert guns.kept == pytest.approx(0.72)
    assert guns.ratio == pytest.approx(math.exp(0.72 * guns.pool.effect))
    assert 0.86 < guns.ratio < 1
    # Two studies that agree tell no spread: that of the rules is supposed. What may go wrong is not discounted.
    assert guns.pool.tau == 0
    reach = 1.959964 * math.hypot(guns.pool.error, 0.1)
    assert guns.high == pytest.approx(math.exp(guns.pool.effect + reach))
    assert guns.low == pytest.approx(math.exp(0.72 * (guns.pool.effect - reach)))


def test_one_study_is_not_surer_than_two_that_agree() -> None:
    alcohol, lax = expected("alcohol-hours"), study("cali-alcohol-strict-lax")
    assert alcohol is not None
    assert lax is not None
    assert lax.high is not None
    assert alcohol.high > math.exp(0.72 * math.log(lax.high))


def test_a_before_and_after_without_comparison_is_not_carried_over() -> None:
    juarez = study("juarez-tsj-2010")
    assert juarez is not None
    assert (juarez.level, juarez.kept) == (2, 0.0)
    assert expected("package") is None
    assert expected("gang-truce") is None
    assert study("nothing") is None


@pytest.mark.parametrize(
    ("ratio", "low", "high", "studies", "score"),
    [
        (0.78, 0.70, 0.90, 2, 5),
        (0.78, 0.70, 0.90, 1, 4),  # one study alone is no high probability
        (0.85, 0.75, 0.97, 3, 4),
        (0.90, 0.75, 1.08, 3, 3),  # the interval holds no change
        (0.97, 0.95, 0.99, 3, 3),  # surely, and too little to matter
        (1.20, 0.95, 1.50, 2, 2),
        (1.20, 1.05, 1.40, 2, 1),
    ],
)
def test_the_score_that_an_effect_suggests_follows_the_stated_rule(
    monkeypatch: pytest.MonkeyPatch, ratio: float, low: float, high: float, studies: int, score: float
) -> None:
    found = Expected("x", ratio, low, high, 0.7, tuple("abc"[:studies]), None)
    monkeypatch.setattr(impact, "expected", lambda kind: found if kind == "x" else None)
    told = impact.suggested("x", 1, 5, 1)
    assert told is not None
    assert told.score == score
    assert told.why["es"]
    halves = impact.suggested("x", 0, 100, 50)
    assert halves is not None
    assert halves.score in (0, 50, 100)
    assert impact.suggestion(("y",), 1, 5) is None
    both = impact.suggestion(("x", "y"), 1, 5)
    assert both is not None
    assert (both.score, both.silent) == (score, ("y",))


def test_between_two_steps_the_one_nearer_the_middle_is_suggested() -> None:
    """Guns suggest 3, hours of alcohol 4: together 3, which claims less."""
    told = impact.suggestion(("gun-carrying-ban", "alcohol-hours", "package"), 1, 5)
    assert told is not None
    assert [one.score for one in told.kinds] == [3, 4]
    assert (told.score, told.silent) == (3, ("package",))


def test_the_matrix_keeps_its_scores_and_the_suggestion_stands_beside(tumbes: Path) -> None:
    strategy = load(tumbes / "strategy")
    cells = impact.beside(strategy)
    assert {strategy.matrix.approaches[one.approach] for one in cells} == {"public-health", "citizen-security"}
    assert all(strategy.matrix.criteria[one.criterion] == "impact" for one in cells)
    assert all(one.given == 5 for one in cells)
    other = impact.with_suggested(strategy.matrix, cells)
    assert (strategy.matrix.scores[[one.approach for one in cells], 0] == 5).all()
    assert (other.scores[[one.approach for one in cells], 0] < 5).all()


def test_two_results_of_the_same_data_count_once() -> None:
    alcohol = expected("alcohol-hours")
    assert alcohol is not None
    assert alcohol.studies == ("cali-alcohol-strict-lax",)
