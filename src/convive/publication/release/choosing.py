"""The choice of approach as it is published: decision, doubt, dissent and who stands behind it.

Scorers are named where the matrix says that its sheets may be (``[blind] named``); else they are numbered in the order
of the file, and their reasons stay in the office.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from convive.decision.choice import Choice
from convive.decision.smaa import Smaa
from convive.decision.words import decision, dissent, dissent_unnamed, doubt
from convive.errors import LANGUAGES
from convive.evaluation.evidence import rules
from convive.evaluation.evidence.impact import Suggested, beside, with_suggested
from convive.publication.release.allowed import entry
from convive.texts import say

DECIMALS = 6


def choosing(choice: Choice) -> dict[str, Any]:
    """What may be told of ``choice``."""
    table, matrix = choice.strategy.table, choice.matrix
    return entry(
        "choice",
        {
            "title": table.title.model_dump(),
            "source": table.source.model_dump(),
            "criteria": [
                entry(
                    "choice_criterion",
                    {
                        "id": one.id,
                        "label": one.label.model_dump(),
                        "direction": one.direction,
                        "weight": one.weight,
                        "anchors": {value: text.model_dump() for value, text in sorted(one.anchors.items())},
                    },
                )
                for one in table.criterion
            ],
            "approaches": [_approach(choice, i) for i in range(len(matrix.approaches))],
            "winner": matrix.approaches[choice.winner],
            "decision": _said(choice, decision),
            "doubt": _said(choice, doubt),
            "dissent": _said(choice, dissent if _named(choice) else dissent_unnamed),
            "firmness": [_firmness(name, found) for name, found in choice.firmness.items()],
            "sheets": _sheets(choice),
            "waiting": len(choice.strategy.waiting),
            "stakeholders": _stakeholders(choice),
        }
        | _suggested(choice),
    )


def _approach(choice: Choice, i: int) -> dict[str, Any]:
    row, matrix = choice.strategy.table.approach[i], choice.matrix
    computed = [matrix.criteria[j] for at, j in sorted(choice.strategy.from_stakeholders) if at == i]
    told: dict[str, Any] = {
        "id": row.id,
        "label": row.label.model_dump(),
        "field": _field(choice, row.field),
        "source": row.source,
    }
    told |= {"scores": [float(score) for score in matrix.scores[i]], "total": float(matrix.totals[i])}
    told |= {"place": int(choice.places[i]), "printed": row.printed_total, "computed": computed}
    reasons = {name: score.reason.model_dump() for name, score in row.scores.items() if score.reason is not None}
    sources = {name: score.source for name, score in row.scores.items() if score.source}
    support = {
        name: {"value": _number(float(found.value[i])), "known": int(found.known[i])}
        for name, found in choice.strategy.support.items()
    }
    return entry("choice_approach", told | {"reasons": reasons, "sources": sources, "support": support})


def _suggested(choice: Choice) -> dict[str, Any]:
    """What effects measured elsewhere suggest beside the scores given, and who would then be first."""
    cells, matrix = beside(choice.strategy), choice.matrix
    first = np.flatnonzero(with_suggested(matrix, cells).first) if cells else ()
    told = [
        entry(
            "choice_suggested",
            {
                "approach": matrix.approaches[one.approach],
                "criterion": matrix.criteria[one.criterion],
                "given": one.given,
                "score": one.suggestion.score,
                "kinds": [_suggested_kind(kind) for kind in one.suggestion.kinds],
                "silent": [_kind(name) for name in one.suggestion.silent],
            },
        )
        for one in cells
    ]
    return {"suggested": told, "first_if_suggested": [matrix.approaches[i] for i in first]}


def _suggested_kind(one: Suggested) -> dict[str, Any]:
    found = one.found
    told: dict[str, Any] = {"kind": one.kind, "label": _kind(one.kind), "score": one.score, "kept": _number(found.kept)}
    told |= {"ratio": _number(found.ratio), "low": _number(found.low), "high": _number(found.high)}
    return entry("choice_suggested_kind", told | {"studies": list(found.studies), "why": dict(one.why)})


def _kind(name: str) -> dict[str, str]:
    return dict(rules()["measures"][name])


def _field(choice: Choice, name: str) -> dict[str, str]:
    return next(one.label.model_dump() for one in choice.strategy.table.field if one.id == name)


def _firmness(name: str, found: Smaa) -> dict[str, Any]:
    told: dict[str, Any] = {"setting": name, "draws": found.draws, "seed": found.seed, "error": _number(found.error)}
    told |= {"acceptability": [[_number(float(share)) for share in row] for row in found.acceptability]}
    told |= {"central": [[_number(float(share)) for share in row] for row in found.central]}
    return entry("choice_firmness", told | {"confidence": [_number(float(one)) for one in found.confidence]})


def _named(choice: Choice) -> bool:
    blind = choice.strategy.table.blind
    return blind is not None and blind.named


def _sheets(choice: Choice) -> list[dict[str, Any]]:
    """Each sheet's first places, its distance from the others and its weights; the cells themselves stay inside."""
    if choice.dissent is None:
        return []
    told = []
    for at, sheet in enumerate(choice.strategy.sheets):
        number = {language: say("choosing.sheet", language, n=at + 1) for language in LANGUAGES}
        weights = choice.matrix.weights if sheet.weights is None else sheet.weights
        one: dict[str, Any] = {"label": sheet.label.model_dump() if _named(choice) else number}
        one |= {"first": [choice.matrix.approaches[i] for i in np.flatnonzero(choice.dissent.first[at])]}
        one |= {"distance": _number(float(choice.dissent.distances[at]))}
        told.append(entry("choice_sheet", one | {"weights": [_number(float(w)) for w in weights / weights.sum()]}))
    return told


def _stakeholders(choice: Choice) -> dict[str, Any] | None:
    people = choice.strategy.stakeholders
    if people is None:
        return None
    rows = []
    for one in people.stakeholder:
        told: dict[str, Any] = {
            "label": one.label.model_dump(),
            "source": one.source,
            "power": one.power,
            "interest": one.interest,
        }
        told |= {"position": dict(one.position), "capacity": dict(one.capacity), "counts": one.counts_as_support}
        rows.append(entry("stakeholder", told))
    return entry("stakeholders", {"source": people.source.model_dump(), "rows": rows})


def _said(choice: Choice, words: Any) -> dict[str, list[str]]:
    return {language: list(words(choice, language)) for language in LANGUAGES}


def _number(value: float) -> float | None:
    return round(value, DECIMALS) if math.isfinite(value) else None
