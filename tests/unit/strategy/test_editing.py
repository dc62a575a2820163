"""The plan changed by people: what they say is written and nothing else, and the second of two is told."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

from convive.errors import ObservatoryError, PlanError
from convive.publication.papers import workbook_import
from convive.publication.papers.workbook_import import Difference
from convive.strategy import adding, editing, reading
from convive.strategy.editing import ChangedMeanwhile, fingerprint, told
from convive.strategy.plan import Plan
from convive.strategy.review import review

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


@pytest.mark.parametrize("kind", list(editing.PLACES))
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
    adding.add_activity(folder, "activate-committee", values)
    assert [one.id for one in again(folder).measures["activate-committee"].activity][-1] == "more-sessions"
    with pytest.raises(PlanError):
        adding.add_activity(folder, "activate-committee", values)


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


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(PlanError) as caught:
        yield
    assert code in {one.code for one in caught.value.problems}


def free_measure(plan: Plan) -> str:
    """A measure that nothing else of the plan waits for."""
    return next(one.id for one in plan.measure if not list(adding.waiting(plan, "measure", one.id)))


def test_what_comes_stands_beside_what_was_there(folder: Path, plan: Plan) -> None:
    text = (folder / "plan.toml").read_text("utf-8")
    one = plan.measures["cpted"]
    fresh = told(one) | {"id": "lights", "activity": [told(one.activity[0]) | {"id": "lamps"}]}
    with refused("plan-measure-late"):
        adding.add_measure(folder, fresh, on=dt.date(2030, 1, 1))
    adding.add_measure(folder, fresh, on=BEFORE)
    adding.add_indicator(folder, told(plan.indicators["sessions"]) | {"id": "sessions-again"})
    condition = {
        "id": "lit",
        "label": {"es": "Hay luz", "en": "Lit"},
        "evidence": {"activity": "lamps", "kind": "document"},
    }
    adding.add_condition(folder, "planning", "pass", condition, on=BEFORE)
    adding.add_condition(folder, "transition", "back", condition | {"id": "dark", "to": "planning"}, on=BEFORE)
    after = again(folder)
    assert [one.id for one in after.measure] == [*(one.id for one in plan.measure), "lights"]
    assert after.measures["lights"].evaluation.named_on == BEFORE
    assert [one.id for one in after.indicator][-1] == "sessions-again"
    gates = [gate for gate in after.gate if gate.stage in ("planning", "transition")]
    assert (gates[0].onward[-1].id, gates[1].back[-1].id, gates[1].back[-1].since) == ("lit", "dark", BEFORE)
    assert [told(m) for m in after.measure[:-1]] == [told(m) for m in plan.measure]
    kept = [line for line in text.splitlines() if line.startswith("#")]
    assert [line for line in (folder / "plan.toml").read_text("utf-8").splitlines() if line.startswith("#")] == kept
    with refused("plan-name-twice"):
        adding.add_measure(folder, fresh, on=BEFORE)


def test_what_is_withdrawn_stays_written_with_its_reason(folder: Path, plan: Plan) -> None:
    free = free_measure(plan)
    seen = {name: fingerprint(plan.measures[name]) for name in (free, "task-force")}
    for wrong, code in (
        ({"reason": " ", "seen": seen[free]}, "plan-withdraw-reason"),
        ({"reason": "x", "seen": "other"}, "plan-changed-meanwhile"),
    ):
        with refused(code):
            adding.withdraw(folder, "measure", free, on=BEFORE, **wrong)
    with refused("plan-withdraw-needed"):
        adding.withdraw(folder, "measure", "task-force", reason="x", seen=seen["task-force"], on=BEFORE)
    adding.withdraw(folder, "measure", free, reason="Sin fondos", seen=seen[free], on=BEFORE)
    condition = adding.condition(plan, "force-at-work")
    assert condition is not None
    adding.withdraw(folder, "condition", "force-at-work", reason="Otra vía", seen=fingerprint(condition), on=BEFORE)
    after = again(folder)
    gone = after.measures[free].withdrawn
    assert gone is not None
    assert (gone.on, gone.reason) == (BEFORE, "Sin fondos")
    assert after.measures[free].activity == plan.measures[free].activity
    left = adding.condition(after, "force-at-work")
    assert left is not None
    assert left.withdrawn is not None
    with refused("plan-withdrawn-already"):
        adding.withdraw(folder, "measure", free, reason="x", seen=fingerprint(after.measures[free]), on=BEFORE)


def test_what_is_withdrawn_counts_no_longer_and_keeps_nobody(folder: Path, plan: Plan, figures: pl.DataFrame) -> None:
    as_of, day = dt.date(2015, 6, 30), dt.date(2014, 6, 1)
    before = review(folder, plan, figures, as_of=as_of)
    one = plan.measures[free_measure(plan)]
    adding.withdraw(folder, "measure", one.id, reason="x", seen=fingerprint(one), on=day)
    condition = adding.condition(plan, "plan-approved")
    assert condition is not None
    adding.withdraw(folder, "condition", condition.id, reason="x", seen=fingerprint(condition), on=day)
    after = review(folder, again(folder), figures, as_of=as_of)
    assert {each.state for each in after.progress[one.id].activities} == {"withdrawn"}
    assert after.progress[one.id].overdue == 0
    assert (after.money[one.id], "plan-approved" in before.missing()) == (before.money[one.id], True)
    assert "plan-approved" not in after.missing()
    assert not after.histories["plan-approved"].holds(day - dt.timedelta(days=1))


def test_bodies_in_one_line_come_and_change_there(folder: Path, plan: Plan) -> None:
    """A city may write a short list in one line, before all headers; what else stands in the file is left alone."""
    path = folder / "plan.toml"
    head, _, rest = path.read_text("utf-8").partition("[[body]]")
    tail = rest[rest.index("[[objective]]") :]
    listed = ", ".join(
        f'{{ id = "{one.id}", label = {{ es = "{one.label.es}", en = "{one.label.en}" }} }}' for one in plan.body
    )
    first, _, stages = head.partition("[protocol]")
    path.write_text(f"{first}body = [{listed}]\n[protocol]{stages}{tail}", "utf-8")
    adding.add_body(folder, {"id": "fire", "label": {"es": "Bomberos", "en": "Fire brigade"}})
    adding.add_objective(folder, {"id": "trust", "label": {"es": "Confianza", "en": "Trust"}})
    one = again(folder).bodies["fire"]
    editing.change(folder, "body", "fire", {"iati": "PE-1"}, seen=fingerprint(one), on=BEFORE)
    after = again(folder)
    assert [body.id for body in after.body] == [*(body.id for body in plan.body), "fire"]
    assert after.bodies["fire"].iati == "PE-1"
    assert after.objective[-1].id == "trust"
    assert after.measure == plan.measure


def test_a_stage_comes_between_two_with_its_gate(folder: Path, plan: Plan) -> None:
    values = {"id": "pause", "label": {"es": "Pausa", "en": "Pause"}, "purpose": {"es": "Ver", "en": "Look"}}
    with pytest.raises(PlanError, match="what must hold to pass on"):
        adding.add_stage(folder, values, after="planning", condition=None, on=BEFORE)
    condition = {"id": "looked", "label": {"es": "Se vio", "en": "Looked"}}
    condition |= {"progress": {"measure": "cpted", "at_least": 1}}
    adding.add_stage(folder, values, after="planning", condition=condition, on=BEFORE)
    after = again(folder)
    assert after.course == (plan.course[0], "pause", *plan.course[1:])
    assert after.gate_of("pause") is not None
    with pytest.raises(PlanError, match="cannot be withdrawn"):
        adding.withdraw(folder, "stage", "planning", reason="x", seen=fingerprint(after.stage[0]), on=BEFORE)
    adding.withdraw(folder, "stage", "pause", reason="x", seen=fingerprint(after.stages["pause"]), on=BEFORE)
    assert again(folder).course == plan.course


def test_what_is_pursued_names_nothing_that_was_withdrawn(folder: Path, plan: Plan) -> None:
    adding.add_body(folder, {"id": "fire", "label": {"es": "Bomberos", "en": "Fire brigade"}})
    held = again(folder).bodies["fire"]
    adding.withdraw(folder, "body", "fire", reason="x", seen=fingerprint(held), on=BEFORE)
    one = plan.activities["sessions"]
    with pytest.raises(PlanError, match="which was withdrawn from the plan"):
        editing.change(folder, "activity", one.id, {"lead": "fire"}, seen=fingerprint(one), on=BEFORE)
