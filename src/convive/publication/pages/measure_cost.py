"""What a measure cost, what each death averted cost where that can be told, and by which method."""

from __future__ import annotations

from convive.evaluation.cost.money import Base
from convive.evaluation.cost.per_death import cost_per_death
from convive.evaluation.result import Interval
from convive.publication.edition import Tree
from convive.texts import say

KINDS = ("spent", "committed", "planned")
"""The surest figure first."""

NOT_JUDGED = ("not-calibrated", "refuted", "no-interval")
"""Rules by which an effect is not believed: it is not divided by either."""


def cost(found: Tree | None, measure: Tree | None, plan: Tree, language: str) -> tuple[str, ...]:
    """Sentences. ``found``: the evaluation, None where none is registered; ``measure``: of the plan, None where the
    evaluation belongs to none."""
    if measure is None:
        return (say("evaluations.cost_no_measure", language),)
    totals = {kind: sum(row[kind] for row in measure["money"]) for kind in KINDS}
    kind = next((one for one in KINDS if totals[one] > 0), None)
    if kind is None:
        return (say("evaluations.cost_none", language),)
    years = [row["year"] for row in measure["money"] if row[kind] > 0]
    base = Base(plan["currency"], max(years), min(years))
    since = str(max(years)) if min(years) == max(years) else f"{min(years)}–{max(years)}"
    first = say(
        f"evaluations.cost_{kind}",
        language,
        amount=base.written(totals[kind], language),
        years=since,
    )
    if found is None or found["averted"] is None or found["averted_low"] is None or found["averted_high"] is None:
        return (first, say("evaluations.cost_no_effect", language))
    if found["rule"] in NOT_JUDGED:
        return (first, say("evaluations.cost_not_judged", language))
    averted = Interval(float(found["averted"]), float(found["averted_low"]), float(found["averted_high"]))
    return (first, *cost_per_death(totals[kind], averted, base).sentences(language))
