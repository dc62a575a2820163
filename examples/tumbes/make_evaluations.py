"""Writes the registered evaluations of the Tumbes plan: invented, and labelled so. Each measure of plan.toml that had
begun or was near when the example's data end is registered on the day on which the plan names its evaluation.

python examples/tumbes/make_evaluations.py
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from convive.evaluation.outcomes import of_figure
from convive.evaluation.registration import FILE, Registration, register
from convive.strategy import reading
from convive.strategy.plan import Measure, Plan

STRATEGY = Path(__file__).parent / "strategy"
AS_OF = dt.date(2015, 6, 30)

OTHERS: list[tuple[dt.date, dict[str, Any]]] = [
    (
        dt.date(2013, 12, 2),
        {
            "id": "frontera-2014",
            "name": {
                "es": "Ejemplo inventado: controles en la provincia de Zarumilla",
                "en": "Invented example: checkpoints in the province of Zarumilla",
            },
            "question": {
                "es": "¿Bajaron los homicidios en Zarumilla desde que hay controles, frente a donde no los hay?",
                "en": "Did homicides fall in Zarumilla since there are checkpoints, beside where there are none?",
            },
            "treated": ["2403"],
            "comparison": ["2401"],
            "around": ["2402"],
            "start": "2014-01-01",
            "expected": 0.8,
            "design": "difference-in-differences",
            "judged_after_months": 24,
        },
    ),
    (
        dt.date(2014, 12, 15),
        {
            "id": "armas-2015",
            "name": {
                "es": "Ejemplo inventado: control de armas en el departamento",
                "en": "Invented example: control of firearms in the department",
            },
            "question": {
                "es": "¿Bajaron los homicidios en Tumbes desde el control de armas?",
                "en": "Did homicides fall in Tumbes since the control of firearms?",
            },
            "treated": ["24"],
            "start": "2015-02-01",
            "expected": 0.86,
            "design": "interrupted-series",
            "judged_after_months": 36,
        },
    ),
]
"""Measures that the plan does not have."""

AROUND = {"task-force": ["2402"]}
"""Where violence may have moved."""

ASKED = {
    "homicides": ("los homicidios", "homicides"),
    "homicides/age_group=15-29": ("los homicidios de jóvenes de 15 a 29 años", "homicides of people aged 15 to 29"),
    "homicides/sex=female": ("los homicidios de mujeres", "homicides of women"),
    "resolved_share": ("los homicidios resueltos", "homicides that were resolved"),
    "share_motive_unknown": ("los homicidios sin motivo conocido", "homicides without a known motive"),
}


def of_measure(plan: Plan, one: Measure) -> dict[str, Any]:
    judged = one.evaluation
    figure = plan.indicators[judged.outcome].figure
    assert figure is not None
    outcome = of_figure(figure.indicator, figure.disaggregation, figure.category)
    spanish, english = ASKED[outcome]
    rises = judged.expected_ratio > 1
    where, beside = (
        ("", "") if not judged.control else (" frente al lugar de comparación", " beside the place compared")
    )
    return {
        "id": one.id,
        "measure": one.id,
        "name": one.label.model_dump(),
        "question": {
            "es": f"¿{'Subieron' if rises else 'Bajaron'} {spanish} desde que empezó la medida{where}?",
            "en": f"Did {english} {'rise' if rises else 'fall'} since the measure began{beside}?",
        },
        "outcome": outcome,
        "treated": judged.treated,
        "comparison": judged.control,
        "around": AROUND.get(one.id, []),
        "start": one.start.isoformat(),
        "expected": judged.expected_ratio,
        "design": "difference-in-differences" if judged.control else "interrupted-series",
        "judged_after_months": judged.months,
    }


def main() -> None:
    plan = reading.load(STRATEGY)
    assert plan is not None
    told = [(one.evaluation.named_on, of_measure(plan, one)) for one in plan.measure]
    path = STRATEGY / FILE
    path.unlink(missing_ok=True)
    for day, one in sorted([*OTHERS, *told], key=lambda entry: entry[0]):
        if day <= AS_OF:
            register(path, Registration.model_validate({"outcome": "homicides"} | one), on=day)


if __name__ == "__main__":
    main()
