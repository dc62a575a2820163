"""Four verdicts by rules that are data, in words of both languages."""

from __future__ import annotations

import math

import pytest

from convive.evaluation import calibration, verdict
from convive.evaluation.result import Diagnostic, Effect, Interval
from convive.evaluation.verdict import Verdict, judge, rules
from convive.texts import _catalogue


@pytest.fixture(autouse=True)
def every_design_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "offered", lambda design, errors: design != "dowsing")


def effect(low: float, estimate: float, high: float, **more: object) -> Effect:
    return Effect("interrupted-series", "rate-ratio", estimate, low, high, 0.5, "newey-west", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "wanted", "rule"),
    [
        (effect(0.5, 0.7, 0.95), Verdict.LIKELY_HELPED, "fewer"),
        (effect(1.05, 1.3, 1.6), Verdict.LIKELY_HARMED, "more"),
        (effect(0.85, 1.0, 1.2), Verdict.NO_SIGN, "small-either-way"),
        (effect(0.6, 0.9, 1.2), Verdict.CANNOT_TELL, "too-wide"),
        (effect(0.85, 1.0, 1.3), Verdict.CANNOT_TELL, "too-wide"),
        (effect(math.nan, 0.7, math.nan), Verdict.CANNOT_TELL, "no-interval"),
    ],
)
def test_the_interval_decides(found: Effect, wanted: Verdict, rule: str) -> None:
    judged = judge(found)
    assert (judged.verdict, judged.rule) == (wanted, rule)


def test_a_test_that_bears_and_failed_refutes_whatever_the_interval() -> None:
    bad = Diagnostic("pre-trends", 5.0, p=0.001, held=False, bears=True)
    idle = Diagnostic("pre-trends", 5.0, p=0.001, held=False)
    assert judge(effect(0.5, 0.7, 0.95, diagnostics=(bad,))).rule == "refuted"
    assert judge(effect(0.5, 0.7, 0.95, diagnostics=(idle,))).verdict is Verdict.LIKELY_HELPED


def test_a_design_that_is_not_offered_gives_no_verdict() -> None:
    found = Effect("dowsing", "rate-ratio", 0.5, 0.4, 0.6, 0.001, "newey-west")
    assert judge(found).rule == "not-calibrated"


def test_the_expected_effect_says_what_would_have_mattered() -> None:
    found = effect(0.75, 0.95, 1.25)
    assert judge(found).verdict is Verdict.CANNOT_TELL
    assert judge(found, expected=0.6).verdict is Verdict.NO_SIGN


def test_differences_are_judged_by_the_events_without_the_measure() -> None:
    small = Effect("x", "events", -1.0, -8.0, 6.0, 0.8, "bootstrap", details={"without": 50.0})
    assert judge(small).verdict is Verdict.NO_SIGN
    wide = Effect("x", "events", -1.0, -18.0, 16.0, 0.8, "bootstrap", details={"without": 50.0})
    assert judge(wide).verdict is Verdict.CANNOT_TELL
    unknown = Effect("x", "events", -1.0, -8.0, 6.0, 0.8, "bootstrap", averted=Interval(1.0))
    assert judge(unknown).verdict is Verdict.CANNOT_TELL


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_rule_is_said_in_words(language: str) -> None:
    for low, high in ((0.5, 0.9), (1.1, 1.5), (0.9, 1.1), (0.5, 1.5)):
        judged = judge(effect(low, (low + high) / 2, high))
        assert judged.headline(language)
        assert len(judged.sentences(language)) == 2
    assert "−30 %" in judge(effect(0.5, 0.7, 0.9)).sentences(language)[0]


def test_the_rules_name_verdicts_that_exist_and_all_have_words() -> None:
    for rule in rules()["rule"]:
        assert Verdict(rule["verdict"])
        assert f"evaluation.rule.{rule['id']}" in _catalogue()
    assert all(f"evaluation.verdict.{one}" in _catalogue() for one in Verdict)


def test_what_was_never_measured_is_not_offered() -> None:
    assert not calibration.offered("dowsing", "newey-west")


def measured(**more: object) -> calibration.Measured:
    told = {"false_positives": 0.05, "coverage": 0.95, "simulations": 100, "seed": 0} | more
    return calibration.Measured(design="x", interval_by="y", **told)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({}, True),
        ({"false_positives": 0.08}, False),
        ({"coverage": 0.92}, False),
        ({"scenario": "elsewhere"}, False),
        ({"false_positives": 0.3, "stress": True}, False),
    ],
)
def test_a_design_is_offered_where_it_held_in_every_scenario(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, object], wanted: bool
) -> None:
    rows = [measured(scenario=name) for name in ("steady", "uneven")]
    rows.append(measured(**({"scenario": "remembering"} | change)))
    told = calibration.Calibration(tuple(rows), (0.03, 0.07), (0.93, 0.97))
    monkeypatch.setattr(calibration, "calibration", lambda: told)
    assert calibration.offered("x", "y") is wanted
    assert not calibration.offered("x", "other errors")


def test_where_a_rise_is_hoped_for_the_verdict_turns_round() -> None:
    assert judge(effect(0.5, 0.7, 0.95), expected=1.5).verdict is Verdict.LIKELY_HARMED
    assert judge(effect(1.4, 1.1, 1.8), expected=1.5).verdict is Verdict.LIKELY_HELPED
    assert judge(effect(1.4, 1.1, 1.8), expected=0.8).verdict is Verdict.LIKELY_HARMED
    assert judge(effect(1.0, 0.5, 1.9), expected=1.5).verdict is Verdict.CANNOT_TELL
