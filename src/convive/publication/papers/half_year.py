"""The half-year report of execution, in Spanish: what was done of the plan by the evidence that counted at both
ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convive.publication import words
from convive.publication.pages.planned import amount, share
from convive.publication.papers.legal import LANGUAGE, outline
from convive.publication.papers.outline import Grid, Paper, Paragraph, Part
from convive.strategy.evidence import kinds
from convive.strategy.review import Review


def half_year_report(before: Review, after: Review, half: str, head: str = "") -> Paper:
    """What was done of the plan in a half-year: activity by activity, its progress at both ends by the evidence that
    counted then, whether it reached the share that the incentive asks for, and the money of those months. ``head``: of
    the office's log, printed so that whoever keeps a copy can prove that nothing before it was changed."""
    plan, rules = after.plan, outline()["execution"]
    rows = []
    for measure in plan.measure:
        pairs = zip(before.progress[measure.id].activities, after.progress[measure.id].activities, strict=True)
        for old, new in pairs:
            if new.activity.start <= after.on and new.activity.until >= before.on:
                due = _due(new.activity, before, after)
                done = (new.share - old.share) / due if due > 0 else 1.0
                reached = rules["reached"] if done >= rules["least"] - 1e-9 else rules["short"]
                rows.append(
                    (
                        measure.label.es,
                        new.activity.label.es,
                        share(old.share, LANGUAGE),
                        share(new.share, LANGUAGE),
                        words.percent(min(done, 9.99), LANGUAGE),
                        reached,
                        _spent(before, after, new.activity.id),
                    )
                )
    heads = ("Medida", "Actividad", "Al empezar", "Al terminar", "De lo programado", "¿Alcanza?", "Gastado")
    parts: list[Part] = []
    if plan.synthetic:
        parts.append(Paragraph(outline()["synthetic"].format(notice=plan.synthetic.es), strong=True))
    stage = next(one.label.es for one in plan.stage if one.id == after.way.stage)
    parts += [
        Paragraph(f"Etapa al terminar el semestre: {stage}."),
        Paragraph(
            "Lo programado es la parte de cada actividad que toca al semestre si avanza parejo entre sus fechas."
        ),
        Paragraph(f"{rules['source']}."),
        Grid("Ejecución por actividad", heads, tuple(rows)),
        Grid("Pruebas del semestre", ("Fecha", "Clase", "Actividad", "Prueba"), tuple(_evidence(before, after))),
        Paragraph(rules["head"].format(head=head) if head else rules["no_head"]),
    ]
    return Paper(f"Informe de ejecución, {words.period(half, LANGUAGE)}", plan.title.es, tuple(parts))


def _due(activity: Any, before: Review, after: Review) -> float:
    """The share of an activity that falls into the half-year, were it even between its dates."""
    whole = (activity.until - activity.start).days + 1
    began, ended = max(activity.start, before.on), min(activity.until, after.on)
    return float(max(0, (ended - began).days + (began == activity.start)) / whole)


def _spent(before: Review, after: Review, activity: str) -> str:
    sums = [sum(one.quantity for one in each.ledger.of(activity, "spending", on=each.on)) for each in (before, after)]
    told: dict[str, Any] = {"currency": after.plan.currency}
    return amount(sums[1] - sums[0], told, LANGUAGE)


def _evidence(before: Review, after: Review) -> Iterator[tuple[str, ...]]:
    for one in after.ledger.evidence:
        if one.counted(after.on) and not one.counted(before.on):
            label = after.plan.activities[one.activity].label.es
            yield one.dated.isoformat(), kinds()[one.kind]["label"]["es"], label, one.title
