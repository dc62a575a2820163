"""The plan changed by people: what they say is written and nothing else, and the second of two is told."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pytest

from convive.errors import ObservatoryError, PlanError
from convive.publication.papers import workbook_import
from convive.publication.papers.workbook_import import Difference
from convive.strategy import editing, reading
from convive.strategy.editing import ChangedMeanwhile, fingerprint, told
from convive.strategy.plan import Plan

BEFORE = dt.date(2013, 12, 1)


def again(folder: Path) -> Plan:
    found = reading.load(folder)
    assert found is not None
    return found


def test_only_what_is_said_changes_and_comments_stay(folder: Path, plan: Plan) -> None:
    text = (folder / "plan.toml").read_text("utf-8")
    one = plan.measures["activate-committee"]
    risk = told(one)["risk"][0] | {"harm": "low"}
    budget = [*told(one)["budget"], {"year": 2015, "source": "region", "planned": 1000}]
    values = {"label": {"es": "Otro «nombre»", "en": "Another"}, "risk": [risk], "budget": budget}
    editing.change(folder, "measure", one.id, values, seen=fingerprint(one), on=BEFORE)
    after = again(folder)
    changed = after.measures[one.id]
    assert changed.label.es == "Otro «nombre»"
    assert changed.risk[0].harm == "low"
    assert [row.year for row in changed.budget] == [2014, 2015]
    assert [told(m) for m in after.measure if m.id != one.id] == [told(m) for m in plan.measure if m.id != one.id]
    assert changed.activity == one.activity
    kept = [line for line in text.splitlines() if line.startswith("#")]
    assert kept
    assert [line for line in (folder / "plan.toml").read_text("utf-8").splitlines() if line.startswith("#")] == kept


@pytest.mark.parametrize("kind", ["measure", "activity", "indicator"])
def test_every_part_is_written_back_as_it_was(folder: Path, plan: Plan, kind: editing.Kind) -> None:
    before = tomllib.loads((folder / "plan.toml").read_text("utf-8"))
    for part in list(getattr(plan, editing.PLACES[kind]).values())[:3]:
        editing.change(folder, kind, part.id, told(part), seen=fingerprint(part), on=dt.date(2030, 1, 1))
    assert tomllib.loads((folder / "plan.toml").read_text("utf-8")) == before


def test_the_second_of_two_is_told_and_the_first_stands(folder: Path, plan: Plan) -> None:
    one = plan.activities["sessions"]
    seen = fingerprint(one)
    editing.change(folder, "activity", one.id, {"lead": "region"}, seen=seen, on=BEFORE)
    with pytest.raises(ChangedMeanwhile):
        editing.change(folder, "activity", one.id, {"lead": "police"}, seen=seen, on=BEFORE)
    assert again(folder).activities["sessions"].lead == "region"
    other = plan.activities["joint-plan"]
    editing.change(folder, "activity", other.id, {"lead": "region"}, seen=fingerprint(other), on=BEFORE)


@pytest.mark.parametrize(
    ("values", "wrong"),
    [({"lead": "nobody"}, PlanError), ({"until": dt.date(2001, 1, 1)}, PlanError), ({"needs": []}, ObservatoryError)],
)
def test_a_plan_that_would_not_hold_is_not_written(
    folder: Path, plan: Plan, values: dict[str, object], wrong: type[Exception]
) -> None:
    before = (folder / "plan.toml").read_bytes()
    one = plan.activities["sessions"]
    with pytest.raises(wrong):
        editing.change(folder, "activity", one.id, values, seen=fingerprint(one), on=BEFORE)
    assert (folder / "plan.toml").read_bytes() == before


def test_how_a_measure_is_judged_is_named_before_it_starts(folder: Path, plan: Plan) -> None:
    one = plan.measures["activate-committee"]
    other = {key: value for key, value in told(one)["evaluation"].items() if key != "named_on"} | {"months": 18}
    with pytest.raises(PlanError) as refused:
        editing.change(
            folder, "measure", one.id, {"evaluation": other}, seen=fingerprint(one), on=one.start + dt.timedelta(1)
        )
    assert [problem.code for problem in refused.value.problems] == ["plan-evaluation-fixed"]
    editing.change(folder, "measure", one.id, {"evaluation": other}, seen=fingerprint(one), on=BEFORE)
    judged = again(folder).measures[one.id].evaluation
    assert (judged.months, judged.named_on) == (18, BEFORE)


def test_an_activity_is_added_to_its_measure(folder: Path, plan: Plan) -> None:
    values = told(plan.activities["sessions"]) | {"id": "more-sessions"}
    editing.add_activity(folder, "activate-committee", values)
    assert [one.id for one in again(folder).measures["activate-committee"].activity][-1] == "more-sessions"
    with pytest.raises(PlanError):
        editing.add_activity(folder, "activate-committee", values)


def test_a_workbook_does_not_write_over_what_changed_since_it_was_shown(folder: Path, plan: Plan) -> None:
    one = plan.activities["joint-plan"]
    shown = [
        Difference("Actividades", one.id, "responsable", one.lead, "region", ("measure", 9, "activity", 9, "lead"))
    ]
    editing.change(folder, "activity", one.id, {"lead": "police"}, seen=fingerprint(one), on=BEFORE)
    with pytest.raises(PlanError) as refused:
        workbook_import.apply(folder, shown)
    assert [problem.code for problem in refused.value.problems] == ["workbook-changed-meanwhile"]
    again_shown = [Difference("Actividades", one.id, "responsable", "police", "region", ())]
    workbook_import.apply(folder, again_shown)
    assert again(folder).activities["joint-plan"].lead == "region"
