"""The plan as it is published: stages, gates, measures, indicators, money, and the evidence that each rests on.

Computed from the released figures alone. Of evidence it tells kind, day, quantity and the file's SHA-256, its title
where the ledger says that it may be shown; never who wrote a row down, nor the files.
"""

from __future__ import annotations

import math
from typing import Any

from convive.errors import LANGUAGES
from convive.observatory import Bilingual
from convive.publication.release.allowed import entry
from convive.strategy import reading
from convive.strategy.evidence import Evidence
from convive.strategy.gates import Move
from convive.strategy.money import Money
from convive.strategy.plan import Condition, Measure, Withdrawable
from convive.strategy.progress import ActivityProgress
from convive.strategy.review import Review
from convive.strategy.targets import Standing
from convive.texts import date, say

DECIMALS = 6


def acting(review: Review) -> dict[str, Any]:
    """What may be told of the plan that ``review`` looked at."""
    plan = review.plan
    return entry(
        "plan",
        {
            "title": _text(plan.title),
            "source": _text(plan.source),
            "synthetic": _text(plan.synthetic),
            "currency": plan.currency,
            "from": plan.start.isoformat(),
            "until": plan.until.isoformat(),
            "on": review.on.isoformat(),
            "as_of": review.as_of.isoformat(),
            "confirm": plan.confirm,
            "problem": _text(plan.problem),
            "approach": _text(plan.approach),
            "future": _text(plan.future),
            "rights": [_question(review, name) for name in reading.rights()],
            "bodies": {body.id: _label(body) for body in plan.body},
            "objectives": {one.id: _label(one) for one in plan.objective},
            "stage": review.way.stage,
            "since": review.way.since.isoformat() if review.way.since else None,
            "stages": [_stage(review, at) for at in range(len(plan.stage))],
            "moves": [_move(move) for move in review.way.moves],
            "stays": [_decided(stay) for stay in review.way.stays],
            "measures": [_measure(review, measure) for measure in plan.measure],
            "indicators": [_indicator(standing) for standing in review.standings],
            "refused": len(review.problems),
        },
    )


def _stage(review: Review, at: int) -> dict[str, Any]:
    stage = review.plan.stage[at]
    here = [one.id for one in review.plan.stage].index(review.way.stage)
    gate = review.plan.gate_of(stage.id)
    told: dict[str, Any] = {
        "id": stage.id,
        "label": _label(stage),
        "purpose": _text(stage.purpose),
        "source": stage.source,
    }
    told |= {"state": "present" if at == here else "past" if at < here else "ahead"}
    told |= {"share": round(review.stage_share(stage.id), DECIMALS)} | _money(review.stage_money(stage.id))
    told |= {"onward": [_condition(review, one) for one in (gate.onward if gate else ())]}
    return entry("plan_stage", told | {"back": [_condition(review, one) for one in (gate.back if gate else ())]})


def _condition(review: Review, one: Condition) -> dict[str, Any]:
    history = review.histories[one.id]
    since = history.since(review.on)
    told: dict[str, Any] = {"id": one.id, "label": _label(one), "holds": history.holds(review.on), "to": one.to}
    told |= {"kind": "figure" if one.figure else "evidence" if one.evidence else "progress"}
    return entry(
        "condition",
        told
        | {
            "since": since.isoformat() if since else None,
            "value": _number(history.value),
            "share": history.share,
        },
    )


def _move(move: Move) -> dict[str, Any]:
    told: dict[str, Any] = {
        "day": move.day.isoformat(),
        "stage": move.stage,
        "how": move.how,
        "conditions": list(move.conditions),
    }
    decided = _decided(move.decision) if move.decision else None
    return entry("move", told | {"doubted": list(move.doubted), "decision": decided})


def _decided(decision: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "day": decision.decided_on.isoformat(),
        "decision": decision.decision,
        "stage": decision.stage,
    }
    return entry("gate_decision", told | {"by": decision.by, "reason": decision.reason, "document": decision.document})


def _measure(review: Review, measure: Measure) -> dict[str, Any]:
    plan, judged, foresight = review.plan, measure.evaluation, review.foresight[measure.id]
    rows = review.money[measure.id]
    told: dict[str, Any] = {
        "id": measure.id,
        "label": _label(measure),
        "stage": measure.stage,
        "objective": measure.objective,
    }
    told |= {"why": _text(measure.why), "source": measure.source, "lead": measure.lead}
    told |= {"partners": list(measure.partners), "from": measure.start.isoformat(), "until": measure.until.isoformat()}
    told |= {"share": round(review.progress[measure.id].share, DECIMALS)}
    told |= {"activities": [_activity(one) for one in review.progress[measure.id].activities]}
    told |= {"money": [entry("plan_money", {"year": r.year, "source": r.source} | _money(r.money)) for r in rows]}
    told |= {"risks": [_risk(risk) for risk in measure.risk]}
    told |= {"rights": [_right(measure, name) for name in reading.rights()]}
    told |= {"evidence": [_evidence(one) for one in review.evidence_of(measure)]}
    evaluation: dict[str, Any] = {
        "outcome": judged.outcome,
        "comparison": _text(judged.comparison),
        "treated": list(judged.treated),
    }
    evaluation |= {"control": list(judged.control), "months": judged.months, "named_on": judged.named_on.isoformat()}
    evaluation |= {"expected_ratio": judged.expected_ratio, "events": foresight.events}
    evaluation |= {"power": _number(foresight.power), "smallest": foresight.smallest, "enough": foresight.enough}
    assert plan.indicators[judged.outcome]
    return entry("plan_measure", told | {"evaluation": entry("plan_evaluation", evaluation)})


def _activity(one: ActivityProgress) -> dict[str, Any]:
    activity = one.activity
    told: dict[str, Any] = {
        "id": activity.id,
        "label": _label(activity),
        "lead": activity.lead,
        "state": one.state,
    }
    told |= {"partners": list(activity.partners), "share": round(one.share, DECIMALS)}
    told |= {"from": activity.start.isoformat(), "until": activity.until.isoformat()}
    needs = [
        entry(
            "plan_need",
            {"kind": met.need.kind, "what": _text(met.need.what), "quantity": met.need.quantity, "there": met.there},
        )
        for met in one.needs
    ]
    return entry("plan_activity", told | {"needs": needs})


def _risk(risk: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "what": _text(risk.what),
        "likelihood": risk.likelihood,
        "harm": risk.harm,
        "answer": _text(risk.answer),
    }
    return entry("plan_risk", told)


def _right(measure: Measure, name: str) -> dict[str, Any]:
    answer = measure.rights[name]
    return entry("plan_right", {"id": name, "holds": answer.holds, "how": _text(answer.how)})


def _question(review: Review, name: str) -> dict[str, Any]:
    """A question of rights and safety, and what every measure of the plan keeps to."""
    protocol = _text(review.plan.protocol.get(name))
    return entry("plan_question", {"id": name, "question": reading.rights()[name]["question"], "protocol": protocol})


def _evidence(one: Evidence) -> dict[str, Any]:
    told: dict[str, Any] = {
        "activity": one.activity,
        "kind": one.kind,
        "dated": one.dated.isoformat(),
        "quantity": one.quantity,
    }
    told |= {"title": one.title if one.public else None, "source": one.source}
    counts = one.counts.isoformat() if one.counts else None
    return entry("plan_evidence", told | {"sha256": one.file.partition(".")[0] or None, "counts_since": counts})


def _indicator(standing: Standing) -> dict[str, Any]:
    one, change = standing.indicator, standing.change
    first, last = standing.baseline_figure, standing.current_figure
    told: dict[str, Any] = {"id": one.id, "label": _label(one), "unit": _text(one.unit), "better": one.better}
    told |= {"objective": one.objective, "kind": "figure" if one.figure else "output"}
    told |= {"share": bool(first and first.share) or bool(last and last.share)}
    told |= {"baseline": _number(standing.baseline), "baseline_period": one.baseline.period}
    told |= {
        "baseline_low": _number(first.low if first else None),
        "baseline_high": _number(first.high if first else None),
    }
    told |= {"current": _number(standing.current), "current_period": last.period if last else None}
    told |= {"low": _number(last.low if last else None), "high": _number(last.high if last else None)}
    told |= {"provisional": bool(last and last.provisional), "source": one.baseline.source}
    told |= {"target": one.target.value, "by": one.target.by.isoformat(), "reached": standing.reached}
    told |= {"change_words": _change_words(change), "power": _number(standing.power)}
    told |= {"seen_if_reached": standing.seen_if_reached, "needed": _number(standing.needed)}
    return entry("plan_indicator", told | {"faster_than_known": standing.faster_than_known})


def _change_words(change: Any) -> dict[str, str] | None:
    return None if change is None else {language: change.words(language) for language in ("es", "en")}


def _money(money: Money) -> dict[str, float]:
    return {"planned": money.planned, "committed": money.committed, "spent": money.spent}


def _text(text: Bilingual | None) -> dict[str, str] | None:
    return text.model_dump() if text else None


def _label(part: Withdrawable) -> dict[str, str]:
    """What a part is called; of one that was withdrawn with its day and the reason."""
    told, gone = part.label.model_dump(), part.withdrawn
    if gone is None:
        return dict(told)
    return {
        language: say("act.withdrawn", language, label=told[language], day=date(gone.on, language), reason=gone.reason)
        for language in LANGUAGES
    }


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(value, DECIMALS)
