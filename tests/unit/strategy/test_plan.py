"""The plan file: typed progress is refused, every mistake is named with its key, and the example is complete."""

from __future__ import annotations

from pathlib import Path

import pytest

from convive.errors import ObservatoryError, PlanError
from convive.indicators import catalogue
from convive.strategy import reading
from convive.strategy.plan import Plan

PAPER = {
    "planning": ("activate-committee", "citizens-watch", "one-building", "dialogue-cities"),
    "stabilization": ("task-force", "guns-drugs", "less-alcohol", "resocialise-heal"),
    "transition": ("police-mediation", "life-skills", "domestic-violence"),
    "consolidation": ("early-childhood", "decent-jobs", "cpted"),
}


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "plan.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_the_plan_of_tumbes_has_every_measure_of_the_founding_paper_in_its_stage(plan: Plan) -> None:
    stages = {measure.id: measure.stage for measure in plan.measure}
    assert {name: stages[name] for names in PAPER.values() for name in names} == {
        name: stage for stage, names in PAPER.items() for name in names
    }
    assert [stage.id for stage in plan.stage] == list(PAPER)


def test_every_measure_says_who_when_with_what_money_at_what_risk_and_how_it_is_judged(plan: Plan) -> None:
    for measure in plan.measure:
        assert measure.lead in plan.bodies
        assert measure.partners
        assert measure.budget
        assert measure.risk
        assert set(measure.rights) == set(reading.rights())
        assert measure.evaluation.named_on <= measure.start
        assert plan.indicators[measure.evaluation.outcome].figure is not None
        assert measure.source


@pytest.mark.parametrize(
    "key", ["progress = 60", "porcentaje = 60", "avance = 0.4", 'estado = "hecho"', "percent_complete = 1"]
)
def test_a_typed_percentage_is_refused_with_what_to_do_instead(folder: Path, key: str) -> None:
    edit(folder, 'id = "sessions"\nlabel', f'id = "sessions"\n{key}\nlabel')
    with pytest.raises(PlanError) as refused:
        reading.load(folder)
    (problem, *_) = refused.value.problems
    assert problem.code == "plan-typed-progress"
    assert key.split(" ")[0] in problem.column
    assert "pruebas" in problem.remedy("es")


def test_a_typed_percentage_is_found_deep_inside(folder: Path) -> None:
    edit(folder, 'id = "joint-plan"\n', 'id = "joint-plan"\navance = 80\n')
    with pytest.raises(PlanError) as refused:
        reading.load(folder)
    assert refused.value.problems[0].column == "measure.0.activity.1.avance"


@pytest.mark.parametrize(
    ("old", "new", "code", "column"),
    [
        (
            'lead = "police"\npartners = ["prosecutor", "municipality", "health"]',
            'lead = "polise"',
            "plan-unknown-name",
            "measure.task-force.lead",
        ),
        (
            'stage = "transition"\nobjective',
            'stage = "transit"\nobjective',
            "plan-unknown-name",
            "measure.police-mediation.stage",
        ),
        (
            "named_on = 2013-12-15",
            "named_on = 2014-02-15",
            "plan-evaluation-late",
            "measure.activate-committee.evaluation.named_on",
        ),
        (
            'outcome = "resolved-share"',
            'outcome = "sessions"',
            "plan-outcome-declared",
            "measure.citizens-watch.evaluation.outcome",
        ),
        (
            "until = 2014-12-31\nneeds",
            "until = 2013-12-31\nneeds",
            "plan-dates",
            "measure.activate-committee.activity.sessions",
        ),
        (
            'safety = { holds = true, how = { es = "Los vecinos',
            'safety_ = { holds = true, how = { es = "Los vecinos',
            "plan-rights-missing",
            "measure.activate-committee.rights.safety",
        ),
        ('id = "joint-plan"', 'id = "sessions"', "plan-name-twice", "measure.activity"),
        (
            'baseline = { value = 0, source = "Plan local',
            'baseline = { value = 0, source = "" } #',
            "plan-baseline-source",
            "indicator.sessions.baseline.source",
        ),
        (
            'figure = { indicator = "homicide_rate", unit = "24", period = "year" }\nbaseline',
            'figure = { indicator = "homicide_rat", unit = "24", period = "year" }\nbaseline',
            "plan-unknown-name",
            "indicator.homicide-rate.figure.indicator",
        ),
        ('to = "planning"', 'to = "transition"', "plan-unknown-name", "gate.stabilization.back.worse-than-ever.to"),
        ('[[gate]]\nstage = "planning"', '[[gate]]\nstage = "planing"', "plan-gate-missing", "gate"),
        (
            'progress = { measure = "task-force", at_least = 0.75 }',
            "",
            "plan-one-of",
            "gate.stabilization.force-at-work",
        ),
    ],
)
def test_a_mistake_is_named_by_its_key(folder: Path, old: str, new: str, code: str, column: str) -> None:
    edit(folder, old, new)
    with pytest.raises(PlanError) as refused:
        reading.load(folder, indicators=catalogue())
    assert (code, column) in [(problem.code, problem.column) for problem in refused.value.problems]
    assert all(problem.file == "strategy/plan.toml" for problem in refused.value.problems)


def test_a_key_that_no_table_has_is_named(folder: Path) -> None:
    edit(folder, "confirm = true", "confirn = true")
    with pytest.raises(ObservatoryError) as refused:
        reading.load(folder)
    assert "confirn" in [problem.column for problem in refused.value.problems]


def test_units_of_the_plan_are_those_of_the_territory(folder: Path) -> None:
    with pytest.raises(PlanError) as refused:
        reading.load(folder, units={"24", "2401", "240101"})
    assert {problem.value for problem in refused.value.problems} == {"2403"}


def test_a_city_without_a_plan_has_none(tmp_path: Path) -> None:
    assert reading.load(tmp_path) is None
