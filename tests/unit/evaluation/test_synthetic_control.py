"""Synthetic control: Proposition 99 as published, beside pysyncon, placebos that find nothing, and what is refused."""

from __future__ import annotations

import datetime as dt
import math
import runpy
from pathlib import Path

import numpy as np
import pytest

from convive.errors import EvaluationError
from convive.evaluation import verdict
from convive.evaluation.designs import conformal
from convive.evaluation.designs.augmented_synthetic_control import augmented, augmented_synthetic_control
from convive.evaluation.designs.predictor_weights import nested
from convive.evaluation.designs.synthetic_control import synthetic_control, weights
from convive.evaluation.designs.unit_placebos import expected_quantile, placebos
from convive.evaluation.series import Break, Panel, panel
from convive.evaluation.verdict import Verdict, judge

START = dt.date(2016, 1, 1)
UNITS = [f"u{at:02d}" for at in range(25)]

PROPOSITION_99 = runpy.run_path(str(Path(__file__).with_name("proposition_99.py")))
states = PROPOSITION_99["load"]()
before = slice(0, PROPOSITION_99["BEFORE"])


def a_panel(seed: int = 3, *, ratio: float = 1.0, units: int = 25, **more: object) -> Panel:
    """Monthly deaths 2010–2017 in units of 150,000 to 2 million, the first with 50 a year, changed by ``ratio``."""
    draw = np.random.default_rng(seed)
    people = np.exp(draw.uniform(np.log(1.5e5), np.log(2e6), units))
    people[0] = 234_694
    rate = draw.uniform(4, 25, units)
    rate[0] = 50 / 2.34694
    common = np.exp(0.1 * np.sin(np.arange(96) / 9))
    mean = (rate * people / 1e5 / 12)[:, None] * common
    mean[0, 72:] *= ratio
    arguments = {"population": people[:, None]} | more
    return panel(draw.poisson(mean), UNITS[:units], dt.date(2010, 1, 1), **arguments)  # type: ignore[arg-type]


def test_the_published_weights_of_proposition_99() -> None:
    """Table 2 of Abadie, Diamond & Hainmueller (2010)."""
    found = nested(states.predictors[1:], states.predictors[0], states.sales[1:, before], states.sales[0, before])
    told = dict(zip(states.names[1:], found.weights, strict=True))
    published = {"Colorado": 0.164, "Connecticut": 0.069, "Montana": 0.199, "Nevada": 0.234, "Utah": 0.334}
    for state, weight in told.items():
        assert weight == pytest.approx(published.get(state, 0.0), abs=0.01), state
    assert found.importance.sum() == pytest.approx(1)
    gap = states.sales[0] - found.weights @ states.sales[1:]
    assert gap[before.stop :].mean() == pytest.approx(-19, abs=1)  # “almost 20 packs”, p. 502


def test_by_outcomes_alone_proposition_99_is_what_others_publish() -> None:
    """−19.6 packs: Arkhangelsky et al., American Economic Review 2021;111:4088–4118, table 1."""
    mix = weights(states.sales[1:, before], states.sales[0, before])
    gap = states.sales[0] - mix @ states.sales[1:]
    assert gap[before.stop :].mean() == pytest.approx(-19.6, abs=0.15)


def test_california_stands_out_among_all_states() -> None:
    """Figure 8 of the paper: no state has as large a ratio of the gap after to that before."""
    ratios = []
    for row in range(39):
        others = [at for at in range(1, 39) if at != row]
        found = nested(
            states.predictors[others],
            states.predictors[row],
            states.sales[others, before],
            states.sales[row, before],
            evaluations=300,
        )
        gap = states.sales[row] - found.weights @ states.sales[others]
        ratios.append(float((gap[before.stop :] ** 2).mean() / (gap[before] ** 2).mean()))
    assert int(np.argmax(ratios)) == 0
    assert ratios[0] == pytest.approx(130, rel=0.1)  # p. 503: “about 130 times”


def test_the_treated_lends_itself_to_nobody_and_nobody_to_itself() -> None:
    share = np.zeros_like(states.sales)
    share[:, before.stop :] = 1 / (31 - before.stop)
    flags = np.arange(31) < before.stop
    found = placebos(states.sales, flags, ~flags, share, np.ones((39, 2)), level=False)
    assert found.weights[1:, 0].max() == 0
    assert np.diag(found.weights).max() == 0
    assert found.weights.sum(axis=1) == pytest.approx(np.ones(39))


def test_pysyncon_finds_nothing_better() -> None:
    syncon = pytest.importorskip("pysyncon")
    pd = pytest.importorskip("pandas")
    generator = np.random.default_rng(8)
    donors, own = generator.normal(size=(6, 30)).cumsum(axis=1), generator.normal(size=30).cumsum()
    frame, target = pd.DataFrame(donors.T), pd.Series(own, name="own")
    other = syncon.Synth()
    spread = np.column_stack([donors.T, own]).std(axis=1, ddof=1)
    other.fit(X0=frame, X1=target, Z0=frame, Z1=target, custom_V=np.full(30, 1.0) * spread**2)
    ours, theirs = weights(donors, own), np.asarray(other.W)

    def loss(mix: np.ndarray) -> float:
        return float(((mix @ donors - own) ** 2).sum())

    assert loss(ours) <= loss(theirs) * (1 + 1e-9)  # as far as arithmetic tells two losses apart
    assert ours == pytest.approx(theirs, abs=1e-3)


def test_the_correction_is_that_of_the_formula_and_of_pysyncon() -> None:
    syncon = pytest.importorskip("pysyncon")
    generator = np.random.default_rng(9)
    donors, own, penalty = generator.normal(size=(7, 12)), generator.normal(size=12), 2.5
    centred, target = donors - donors.mean(axis=0), own - donors.mean(axis=0)
    plain = weights(centred, target)
    gap = target - plain @ centred
    formula = plain + gap @ np.linalg.inv(centred.T @ centred + penalty * np.eye(12)) @ centred.T
    ours = augmented(donors, own, penalty)
    assert ours == pytest.approx(formula, abs=1e-9)
    assert ours.sum() == pytest.approx(1)
    theirs = plain + syncon.AugSynth.solve_ridge(A=target, B=centred.T, W=plain, lambda_=penalty)
    assert ours == pytest.approx(theirs, abs=1e-9)


def test_a_large_fall_is_seen_and_none_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "offered", lambda *_: True)
    for design in (synthetic_control, augmented_synthetic_control):
        fallen = design(a_panel(ratio=0.45), ["u00"], START)
        assert judge(fallen).verdict is Verdict.LIKELY_HELPED
        assert fallen.p == pytest.approx(1 / 25)
        assert fallen.averted is not None
        # 50 a year for two years, 55 % of them averted.
        assert fallen.averted.low < 55 < fallen.averted.high
        assert judge(design(a_panel(), ["u00"], START)).verdict is Verdict.CANNOT_TELL


def test_what_it_says_adds_up() -> None:
    data = a_panel()
    found = synthetic_control(data, ["u00"], START)
    told = {name: value for name, value in found.details.items() if name.startswith("weight.")}
    assert sum(told.values()) == pytest.approx(1)
    observed = data.counts[0, 72:].sum()
    assert found.details["observed"] == observed
    person_years = data.exposure[0, 72:].sum()
    assert found.details["without"] + found.estimate == pytest.approx(1e5 * observed / person_years)
    assert found.averted is not None
    assert found.averted.estimate == pytest.approx(-found.estimate * person_years / 1e5)
    assert {one.kind for one in found.placebos} == {"unit", "leave-one-out"}
    assert len([one for one in found.placebos if one.kind == "unit"]) == 24
    assert found.details["conformal_low"] < found.estimate < found.details["conformal_high"]


def test_a_unit_left_out_changes_the_answer_to_that_of_the_rest() -> None:
    data = a_panel()
    whole = synthetic_control(data, ["u00"], START)
    one = next(placebo for placebo in whole.placebos if placebo.kind == "leave-one-out")
    rest = [unit for unit in UNITS[1:] if unit != one.label]
    assert synthetic_control(data, ["u00"], START, comparison=rest).estimate == pytest.approx(one.estimate)


def test_with_few_others_there_is_no_interval_and_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "offered", lambda *_: True)
    found = synthetic_control(a_panel(ratio=0.3, units=12), [UNITS[0]], START)
    assert math.isnan(found.low)
    judged = judge(found)
    assert (judged.verdict, judged.rule) == (Verdict.CANNOT_TELL, "no-interval")


def test_a_mixture_that_did_not_follow_refutes() -> None:
    draw = np.random.default_rng(4)
    counts = draw.poisson(20, (25, 96))
    counts[0, :72] = draw.poisson(np.where(np.arange(72) % 24 < 12, 60, 5))
    found = synthetic_control(panel(counts, UNITS, dt.date(2010, 1, 1)), ["u00"], START)
    assert [one.name for one in found.failed] == ["follows-before"]


def test_conformal_chance_on_a_stretch_like_no_other() -> None:
    draw = np.random.default_rng(5)
    quiet = [conformal.chance(draw.normal(size=(10, 60)), 5, 0.0, True) for _ in range(300)]
    assert 0.05 < np.mean(np.array(quiet) <= 0.1) < 0.15
    outcomes = draw.normal(size=(10, 60)) + 20
    outcomes[0, 55:] += 8
    assert conformal.chance(outcomes, 5, 0.0, True) == pytest.approx(1 / 60)
    low, high = conformal.interval(outcomes, 5, 8.0, confidence=0.9, level=True)
    assert 4 < low < 8 < high < 12


def test_the_quantile_that_the_next_stays_below() -> None:
    assert expected_quantile(np.arange(1.0, 40.0), 0.95) == pytest.approx(38.0)
    assert expected_quantile(np.arange(1.0, 20.0), 0.95) == pytest.approx(19.0)
    assert math.isnan(expected_quantile(np.arange(1.0, 19.0), 0.95))


@pytest.mark.parametrize(
    ("data", "start", "comparison", "code"),
    [
        (a_panel(), dt.date(2030, 1, 1), None, "evaluation-start-outside"),
        (a_panel(), dt.date(2011, 1, 1), None, "evaluation-too-short"),
        (a_panel(treated_since=[START, START, *[None] * 23]), START, ["u01", "u02"], "evaluation-comparison-treated"),
        (a_panel(), START, ["u00", "u02"], "evaluation-unit-on-both-sides"),
        (a_panel(), START, ["u01"], "evaluation-one-donor"),
        (a_panel(), START, ["nowhere"], "evaluation-unit-unknown"),
        (
            a_panel(breaks=[Break(START, "classification", "CIE")]),
            START,
            None,
            "evaluation-classification-break-at-start",
        ),
        (a_panel(breaks=[Break(START, "population")]), START, None, "evaluation-population-break-at-start"),
        (a_panel(ratio=0.0), START, None, "evaluation-no-events-after"),
    ],
)
def test_what_cannot_be_judged_is_refused(data: Panel, start: dt.date, comparison: list[str] | None, code: str) -> None:
    for design in (synthetic_control, augmented_synthetic_control):
        with pytest.raises(EvaluationError) as found:
            design(data, ["u00"], start, comparison=comparison)
        assert {problem.code for problem in found.value.problems} == {code}
        assert all(problem.reason(language) for problem in found.value.problems for language in ("es", "en"))


def test_a_silent_comparison_is_refused_and_a_treated_one_left_out_with_a_word() -> None:
    data = a_panel()
    data.counts[3, :72] = 0
    with pytest.raises(EvaluationError) as found:
        synthetic_control(data, ["u00"], START)
    assert found.value.problems[0].code == "evaluation-donor-silent"
    told = synthetic_control(a_panel(treated_since=[START, START, *[None] * 23]), ["u00"], START)
    assert "evaluation-left-out" in [one.code for one in told.warnings]
    assert told.details["compared"] == 23
