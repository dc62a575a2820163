"""Design first: registrations are hashed, appended, amended in the open, and proposed by what the data bear."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from convive.errors import EvaluationError
from convive.evaluation import propose
from convive.evaluation.evaluate import evaluate
from convive.evaluation.propose import proposals
from convive.evaluation.registration import Registration, read, register
from convive.evaluation.series import Break, Panel, panel

from .conftest import FIRST, NAMES, START


def registration(**more: Any) -> Registration:
    told: dict[str, Any] = {
        "id": "porte-2020",
        "name": {"es": "Restricción al porte", "en": "Ban on carrying"},
        "question": {"es": "¿Bajaron los homicidios?", "en": "Did homicides fall?"},
        "outcome": "homicide",
        "treated": ("tumbes",),
        "comparison": ("b", "c", "d", "e"),
        "start": START,
        "expected": 0.8,
        "design": "difference-in-differences",
        "judged_after_months": 24,
    }
    return Registration.model_validate(told | more)


def codes(found: pytest.ExceptionInfo[EvaluationError]) -> list[str]:
    assert all(
        problem.reason(language) and problem.remedy(language)
        for problem in found.value.problems
        for language in ("es", "en")
    )
    return [problem.code for problem in found.value.problems]


def test_a_registration_is_read_back_and_an_amendment_stays_visible(tmp_path: Path) -> None:
    path = tmp_path / "strategy" / "evaluations.jsonl"
    first = register(path, registration(), on=dt.date(2019, 11, 1))
    assert first.before_start
    second = register(path, registration(expected=0.9, reason="menos presupuesto"), on=dt.date(2020, 3, 1))
    assert second.previous == first.hash
    (found,) = read(path)
    assert found.first.registration.expected == 0.8
    assert found.now.expected == 0.9
    assert [one.registration.reason for one in found.amendments] == ["menos presupuesto"]
    assert not found.kept


@pytest.mark.parametrize("change", ["edited", "cut", "swapped", "torn"])
def test_a_file_that_was_tampered_with_is_refused(tmp_path: Path, change: str) -> None:
    path = tmp_path / "strategy" / "evaluations.jsonl"
    for number in range(3):
        register(path, registration(id=f"one-{number}"), on=dt.date(2019, 11, 1 + number))
    lines = path.read_text("utf-8").splitlines()
    if change == "edited":
        lines[1] = lines[1].replace('"expected": 0.8', '"expected": 0.95')
    elif change == "cut":
        del lines[1]
    elif change == "swapped":
        lines[0], lines[1] = lines[1], lines[0]
    else:
        lines[2] = lines[2][:40]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    with pytest.raises(EvaluationError) as found:
        read(path)
    assert set(codes(found)) == {"registration-unreadable" if change == "torn" else "registration-changed"}
    with pytest.raises(EvaluationError):
        register(path, registration(id="one-9"), on=dt.date(2019, 12, 1))


def test_what_is_no_promise_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "strategy" / "evaluations.jsonl"

    def refused(told: Registration, on: dt.date) -> list[str]:
        with pytest.raises(EvaluationError) as found:
            register(path, told, on=on)
        return codes(found)

    assert refused(registration(), START) == ["registration-too-late"]
    register(path, registration(), on=dt.date(2019, 11, 1))
    assert refused(registration(expected=0.9), dt.date(2019, 12, 1)) == ["registration-without-reason"]
    assert refused(registration(reason="porque sí"), dt.date(2019, 12, 1)) == ["registration-unchanged"]
    assert refused(registration(id="other"), dt.date(2019, 10, 1)) == ["registration-back-in-time"]


@pytest.mark.parametrize(
    "more",
    [
        {"comparison": ()},
        {"around": ("b",)},
        {"expected": 0},
        {"judged_after_months": 3},
        {"design": "synthetic-nonsense"},
        {"design": "interrupted-series", "comparison": (), "around": ("a",)},
    ],
)
def test_a_registration_that_cannot_be_judged_is_none(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        registration(**more)


def test_the_hash_covers_every_field(tmp_path: Path) -> None:
    path = tmp_path / "strategy" / "evaluations.jsonl"
    # A field that came later enters the line only where it says something: older lines keep their hash.
    register(path, registration(), on=dt.date(2019, 11, 1))
    assert "control_around" not in json.loads(path.read_text("utf-8"))
    path.unlink()
    whole = registration(design="displacement-difference", around=("a",), comparison=("b",), control_around=("c",))
    register(path, whole, on=dt.date(2019, 11, 1))
    line = json.loads(path.read_text("utf-8"))
    fields = set(Registration.model_fields) | {"on", "previous", "hash"}
    assert set(line) == fields


@pytest.fixture(autouse=True)
def every_design_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(propose, "offered", lambda design, errors: design != "structural-series")
    monkeypatch.setattr("convive.evaluation.evaluate.offered", lambda design, errors: True)


def test_designs_are_proposed_by_what_the_past_can_bear(cities: Panel, counts: np.ndarray) -> None:
    past = cities.within(0, 60)
    start = dt.date(2020, 1, 1)
    found = {one.design: one for one in proposals(past, ["tumbes"], start)}
    assert found["difference-in-differences"].possible
    assert found["difference-in-differences"].interval_by == "periods"
    assert not found["structural-series"].possible
    alone = {one.design: one for one in proposals(past.only(["tumbes"]), ["tumbes"], start)}
    assert [one.code for one in alone["event-study"].problems] == ["evaluation-no-comparison"]
    assert alone["interrupted-series"].possible
    young = {one.design: one for one in proposals(past.within(48, 60), ["tumbes"], start)}
    assert [one.code for one in young["interrupted-series"].problems] == ["evaluation-too-short"]
    broken = panel(counts[:, :60], NAMES, FIRST, breaks=[Break(dt.date(2019, 12, 1), "classification")])
    assert "evaluation-classification-break-at-start" in [
        one.code for one in proposals(broken, ["tumbes"], start)[-1].problems
    ]


def test_a_second_opinion_that_did_not_hold_in_calibration_is_not_given(
    cities: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = registration(design="interrupted-series", comparison=(), second="structural-series")
    assert evaluate(asked, cities).second is not None
    monkeypatch.setattr("convive.evaluation.evaluate.offered", lambda design, errors: False)
    found = evaluate(asked, cities)
    assert (found.second, found.watch) == (None, None)


def test_a_measure_is_judged_as_registered_with_its_surroundings_and_its_watch(cities: Panel) -> None:
    found = evaluate(registration(around=("a",)), cities)
    assert found.judgement is not None
    assert found.settled
    assert found.spillover is not None
    assert found.judgement.effect.averted == found.spillover.net
    assert found.watch is not None
    assert found.watch.looks == 24
    kinds = {one.kind for one in found.judgement.effect.placebos}
    assert kinds == {"displacement", "leave-one-out", "unit"}
    assert {"pre-trends", "placebo-unit"} <= {one.name for one in found.judgement.effect.diagnostics}


def test_too_early_is_an_answer_and_no_error(cities: Panel) -> None:
    found = evaluate(registration(), cities.within(0, 62))
    assert found.judgement is None
    assert [problem.code for problem in found.refused] == ["evaluation-too-short"]
    assert not found.settled
