"""The plan as it stands: figures update indicators and gates by themselves; money from evidence; decisions at gates."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from convive.errors import PlanError
from convive.strategy import evidence
from convive.strategy.decisions import FILE, Decision
from convive.strategy.money import Money, total
from convive.strategy.plan import Plan
from convive.strategy.review import Review, decide, review
from convive.strategy.targets import Standing, fastest_fall

AS_OF = dt.date(2015, 6, 30)


def looked(folder: Path, plan: Plan, figures: pl.DataFrame, as_of: dt.date = AS_OF) -> Review:
    return review(folder, plan, figures, as_of=as_of)


def standing(found: Review, name: str) -> Standing:
    return next(one for one in found.standings if one.indicator.id == name)


def give(folder: Path, plan: Plan, activity: str, kind: str, day: str, **values: str) -> None:
    told = {
        "recorded_on": day,
        "act": "attach",
        "activity": activity,
        "kind": kind,
        "dated": day,
        "title": "t",
        "by": "a",
    }
    line = evidence.attach(folder, plan, told | values)
    evidence.attach(folder, plan, {"recorded_on": day, "act": "confirm", "refers": line.id, "by": "b"})


def open_planning(folder: Path, plan: Plan) -> None:
    for month in (2, 3, 4, 5):
        give(folder, plan, "sessions", "minute", f"2014-{month:02}-20")
    give(folder, plan, "joint-plan", "document", "2014-05-29")
    for month in (3, 4, 5):
        give(folder, plan, "case-table", "minute", f"2014-{month:02}-25")


def passing(decision: str = "pass", stage: str = "planning", day: str = "2014-07-01") -> Decision:
    return Decision(0, dt.date.fromisoformat(day), stage, decision, "Committee", "It is time.", "Minute 6")


def test_register_figures_come_in_by_themselves_with_interval(folder: Path, plan: Plan, figures: pl.DataFrame) -> None:
    found = standing(looked(folder, plan, figures), "homicides-department")
    assert (found.baseline, found.current) == (45, 54)
    assert found.current_figure is not None
    assert found.current_figure.low == pytest.approx(40.57, abs=0.01)
    assert found.change is not None
    assert found.change.low < 1 < found.change.high
    assert found.reached == "no"
    earlier = standing(looked(folder, plan, figures, dt.date(2014, 6, 30)), "homicides-department")
    assert earlier.current == 45


def test_a_target_beyond_what_data_can_show_is_told_so(folder: Path, plan: Plan, figures: pl.DataFrame) -> None:
    """45 to 36 a year is a fifth less: of such counts it shows in one case of seven."""
    found = standing(looked(folder, plan, figures), "homicides-department")
    assert found.power == pytest.approx(0.14, abs=0.01)
    assert found.seen_if_reached is False
    assert not found.faster_than_known


def test_a_target_faster_than_any_fall_on_record_is_told_so(folder: Path, plan: Plan, figures: pl.DataFrame) -> None:
    assert fastest_fall() == pytest.approx((45 / 265.4) ** (1 / 6))
    one = plan.indicators["homicides-department"]
    steep = one.model_copy(update={"target": one.target.model_copy(update={"value": 10.0})})
    wished = plan.model_copy(update={"indicator": (steep,), "measure": ()})
    found = standing(looked(folder, wished, figures), "homicides-department")
    assert found.needed == pytest.approx((10 / 45) ** (1 / 2), abs=0.001)
    assert found.faster_than_known
    assert found.seen_if_reached


def test_an_interval_that_holds_the_target_cannot_tell(folder: Path, plan: Plan, figures: pl.DataFrame) -> None:
    one = plan.indicators["homicides-department"]
    near = one.model_copy(update={"target": one.target.model_copy(update={"value": 50.0})})
    found = standing(looked(folder, plan.model_copy(update={"indicator": (near,), "measure": ()}), figures), one.id)
    assert found.reached == "cannot-tell"


def test_a_withheld_or_incomparable_figure_moves_no_indicator(folder: Path, plan: Plan, figures: pl.DataFrame) -> None:
    hidden = figures.with_columns(
        status=pl.when(pl.col("period") == "2014").then(pl.lit("not_comparable")).otherwise("status")
    )
    assert standing(looked(folder, plan, hidden), "homicides-department").current == 45


def test_money_is_planned_by_the_plan_and_spent_by_evidence(folder: Path, plan: Plan, figures: pl.DataFrame) -> None:
    give(folder, plan, "sessions", "commitment", "2014-03-01", quantity="20000", source="municipality")
    give(folder, plan, "sessions", "spending", "2014-06-01", quantity="15400.5", source="municipality")
    give(folder, plan, "joint-plan", "spending", "2014-06-01", quantity="900", source="region")
    found = looked(folder, plan, figures)
    rows = found.money["activate-committee"]
    assert [(row.year, row.source) for row in rows] == [(2014, "municipality"), (2014, "region")]
    assert total(rows) == Money(24000, 20000, 16300.5)
    assert found.stage_money("planning").spent == 16300.5


def test_a_gate_says_which_conditions_hold_and_since_when(folder: Path, plan: Plan, figures: pl.DataFrame) -> None:
    open_planning(folder, plan)
    found = looked(folder, plan, figures)
    assert found.missing() == ()
    assert found.histories["committee-met"].since(found.on) == dt.date(2014, 5, 20)
    assert not found.histories["killings-down"].holds(found.on)
    assert found.histories["killings-return"].since(found.on) == dt.date(2014, 6, 30)
    assert found.way.stage == "planning"


def test_a_shut_gate_is_passed_only_by_a_recorded_decision_that_names_what_is_lacking(
    folder: Path, plan: Plan, figures: pl.DataFrame
) -> None:
    with pytest.raises(PlanError) as refused:
        decide(folder, looked(folder, plan, figures), passing())
    assert [problem.code for problem in refused.value.problems] == ["gate-pass-missed"]
    assert not (folder / FILE).exists()
    told = decide(folder, looked(folder, plan, figures), passing("skip"))
    assert told.missed == ("committee-met", "plan-approved", "cases-settled")
    found = looked(folder, plan, figures)
    assert found.way.stage == "stabilization"
    assert found.way.moves[0].how == "skip"
    assert found.way.moves[0].conditions == told.missed


def test_a_decision_without_reason_or_document_is_refused(folder: Path, plan: Plan, figures: pl.DataFrame) -> None:
    bare = Decision(0, dt.date(2014, 7, 1), "planning", "skip", "Committee", " ", "")
    with pytest.raises(PlanError) as refused:
        decide(folder, looked(folder, plan, figures), bare)
    columns = [problem.column for problem in refused.value.problems if problem.code == "gate-undocumented"]
    assert columns == ["reason", "document"]


def test_the_way_already_gone_is_not_rewritten_by_a_decision_of_an_earlier_day(
    folder: Path, plan: Plan, figures: pl.DataFrame
) -> None:
    decide(folder, looked(folder, plan, figures), passing("skip"))
    assert looked(folder, plan, figures).way.stage == "stabilization"
    before = (folder / FILE).read_bytes()
    for decision, stage in (("skip", "planning"), ("stay", "planning")):
        with pytest.raises(PlanError) as refused:
            decide(folder, looked(folder, plan, figures), passing(decision, stage, "2014-05-01"))
        assert [problem.code for problem in refused.value.problems] == ["gate-before-move"]
    assert (folder / FILE).read_bytes() == before


def test_figures_send_the_plan_back(folder: Path, plan: Plan, figures: pl.DataFrame) -> None:
    open_planning(folder, plan)
    decide(folder, looked(folder, plan, figures), passing())
    decide(folder, looked(folder, plan, figures), passing("skip", "stabilization", "2014-07-02"))
    found = looked(folder, plan, figures, dt.date(2014, 12, 30))
    # Killings had returned before, and the committee skipped knowing of it: that answers it.
    assert found.way.stage == "transition"
    calm = figures.with_columns(
        value=pl.when(pl.col("period") == "2014-H1").then(20.0).otherwise("value"),
    )
    assert looked(folder, plan, calm, dt.date(2014, 12, 30)).way.stage == "transition"
    back = looked(folder, plan, calm)
    assert (back.way.stage, back.way.since) == ("stabilization", dt.date(2014, 12, 31))
    assert back.way.moves[-1].conditions == ("killings-return",)


def test_power_to_see_the_expected_effect_is_there_at_once(folder: Path, plan: Plan, figures: pl.DataFrame) -> None:
    found = looked(folder, plan, figures).foresight["less-alcohol"]
    assert found.events == 45
    assert found.power == pytest.approx(0.094, abs=0.005)
    assert not found.enough
    assert found.smallest == pytest.approx(0.47)


def test_the_example_is_whole_and_labelled_as_invented(tumbes: Path, figures: pl.DataFrame) -> None:
    from convive.strategy import reading

    plan = reading.load(tumbes / "strategy")
    assert plan is not None
    assert plan.synthetic is not None
    found = looked(tumbes / "strategy", plan, figures)
    assert found.problems == ()
    assert found.way.stage == "stabilization"
    assert all("(ejemplo)" in one.title for one in found.ledger.evidence)
