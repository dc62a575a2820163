"""The plan to look at: all of it, one measure, one activity with its evidence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from convive.publication.pages import act, measures
from convive.publication.pages.page import Block, Table
from convive.publication.pages.planned import amount, day, share, value
from convive.strategy.evidence import Evidence, kinds
from convive.strategy.plan import Activity, Measure
from convive.texts import say
from convive.web.office.actions.plan import EDIT, EVIDENCE, GATE, digests, left_by_last
from convive.web.office.guard import may, reaches_of, today
from convive.web.office.plan.desk import Desk, with_plan
from convive.web.office.plan.registered import registered_of, unregistered, versions
from convive.web.office.plan.scope import WHOLE, Part, acts_on, part, refuse_unseen, seen_by, within
from convive.web.office.views import frame

WHOLE_ACTS = {"gate": GATE, "edit": EDIT, "fetch": "plan.read"}
"""What the overview leads to that concerns the whole plan, and the permission that it asks for."""


@require_safe
@with_plan("plan.read")
def overview(request: HttpRequest, desk: Desk, language: str) -> HttpResponse:
    """Stages, gates, indicators, and the measures stage by stage."""
    seen = seen_by(request.user, desk.plan.measure)
    if (language, seen) not in desk.kept:
        context = frame(language) | _page() | _overview(desk, language, seen)
        desk.kept[language, seen] = render_to_string("plan/standing.html", context)
    whole = {name: acts_on(request.user, permission, WHOLE) for name, permission in WHOLE_ACTS.items()}
    left = left_by_last()
    context = {
        "title": desk.plan.title[language],
        "synthetic": desk.plan.synthetic[language] if desk.plan.synthetic else "",
        "built": desk.built,
        "standing": desk.kept[language, seen],
        "whole": whole,
        "adds": may(request.user, EDIT),
        "targets": _targets(request, desk, (one.id for one in desk.plan.indicator), language),
        "unpromised": _unpromised(desk, seen, language),
        "outside": left is not None and left != digests(desk.folder),
    }
    return render(request, "plan/overview.html", frame(language) | context | _problems(desk, language))


@require_safe
@with_plan("plan.read")
def measure(request: HttpRequest, desk: Desk, language: str, name: str) -> HttpResponse:
    """One measure: who, when, activities, money, indicators, risks, rights, how it will be judged."""
    one = _found(desk.plan.measures, name)
    refuse_unseen(request.user, one)
    context = _measure(desk, one, language)
    context["edits"] = acts_on(request.user, EDIT, part(desk.plan, "measure", name))
    context["targets"] = _targets(request, desk, context["wanted"], language)
    context["versions"] = versions(registered_of(desk.folder, name)[0], language)
    return render(request, "plan/measure.html", frame(language) | _page() | context)


@require_safe
@with_plan("plan.read")
def activity(request: HttpRequest, desk: Desk, language: str, name: str) -> HttpResponse:
    """One activity: what it needs, and its evidence."""
    one = _found(desk.plan.activities, name)
    refuse_unseen(request.user, desk.plan.measure_of[name])
    return activity_page(request, desk, language, one)


def refuse_beyond(request: HttpRequest, permission: str, of: Part) -> None:
    """Raise ``PermissionDenied`` where the mandates of whoever asks do not reach the part ``of`` the plan."""
    if not acts_on(request.user, permission, of):
        raise PermissionDenied


def _targets(request: HttpRequest, desk: Desk, names: Iterable[str], language: str) -> list[tuple[str, str]]:
    """The indicators among ``names`` that whoever reads may change."""
    plan, reaches = desk.plan, reaches_of(request.user, EDIT)
    mine = [name for name in names if within(reaches, part(plan, "indicator", name))]
    return [(name, plan.indicators[name].label[language]) for name in mine]


def activity_page(
    request: HttpRequest,
    desk: Desk,
    language: str,
    one: Activity,
    *,
    typed: dict[str, str] | None = None,
    wrong: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of an activity; ``typed``: what somebody wrote who is told what is ``wrong`` with it."""
    of = desk.plan.measure_of[one.id]
    told = next(each for each in desk.review.progress[of.id].activities if each.activity is one)
    tree = desk.tree
    of_told = next(each for each in tree["measures"] if each["id"] == of.id)
    label = next(each["label"][language] for each in of_told["activities"] if each["id"] == one.id)
    needed = [need.kind for need in one.needs]
    offered = [(kind, entry["label"][language]) for kind, entry in kinds().items() if kind in needed or entry["money"]]
    context = {
        "one": one,
        "label": label,
        "measure": (of.id, of_told["label"][language]),
        "told": _activity_facts(desk, one, language),
        "share": share(told.share, language),
        "state": say(f"act.activity_{told.state.replace('-', '_')}", language),
        "needs": [
            say(
                "act.need",
                language,
                there=value(met.there, language),
                of=value(met.need.quantity, language),
                what=met.need.what[language],
            )
            for met in told.needs
        ],
        "evidence": _evidence(request, desk, one, language),
        "kinds": offered,
        "sources": [(body.id, body.label[language]) for body in desk.plan.body],
        "currency": tree["currency"],
        "typed": typed or {"dated": today().isoformat(), "kind": needed[0]},
        "wrong": wrong,
        "edits": acts_on(request.user, EDIT, part(desk.plan, "activity", one.id)),
        "attaches": acts_on(request.user, EVIDENCE, part(desk.plan, "activity", one.id)),
        "confirm": desk.plan.confirm,
    }
    return render(request, "plan/activity.html", frame(language) | context, status=status)


def _unpromised(desk: Desk, seen: frozenset[str] | None, language: str) -> list[tuple[str, str, str]]:
    """The measures that have yet to begin and whose evaluation nobody registered: after their start it is too late."""
    ahead = [one for one in desk.plan.pursued if one.start > today() and (seen is None or one.id in seen)]
    left = unregistered(desk.folder, ahead)
    return [(one.id, one.label[language], day(one.start.isoformat(), language)) for one in left]


def _overview(desk: Desk, language: str, seen: frozenset[str] | None) -> dict[str, Any]:
    tree = desk.tree
    shown = [one for one in tree["measures"] if seen is None or one["id"] in seen]
    blocks: list[Block] = [act.stages(tree, language), *act.moves(tree, language)]
    stages = [
        {
            "label": stage["label"][language],
            "id": stage["id"],
            "measures": [_row(one, tree, language) for one in shown if one["stage"] == stage["id"]],
        }
        for stage in tree["stages"]
    ]
    objectives = [(label[language], _count(tree, name)) for name, label in tree["objectives"].items()]
    return {
        "blocks": blocks,
        "gates": act.gates(tree, language),
        "objectives": [say("planning.objective_has", language, label=label, n=n) for label, n in objectives],
        "indicators": act.indicators(tree, language),
        "stages": stages,
    }


def _count(tree: Any, objective: str) -> int:
    return sum(one["objective"] == objective for one in tree["measures"])


def _row(one: Any, tree: Any, language: str) -> dict[str, Any]:
    sums = {name: sum(row[name] for row in one["money"]) for name in ("planned", "committed", "spent")}
    overdue = sum(each["state"] == "overdue" for each in one["activities"])
    return {
        "id": one["id"],
        "label": one["label"][language],
        "lead": tree["bodies"][one["lead"]][language],
        "share": share(one["share"], language),
        "activities": say("planning.activities_n", language, n=len(one["activities"])),
        "overdue": say("planning.overdue_n", language, n=overdue) if overdue else "",
        "money": [amount(sums[name], tree, language) for name in ("planned", "committed", "spent")],
    }


def _measure(desk: Desk, measure: Measure, language: str) -> dict[str, Any]:
    tree = desk.tree
    one = next(each for each in tree["measures"] if each["id"] == measure.id)
    bodies = tree["bodies"]
    stage = next(each["label"][language] for each in tree["stages"] if each["id"] == one["stage"])
    wanted = {one["evaluation"]["outcome"]} | {
        each["id"] for each in tree["indicators"] if each["objective"] == one["objective"]
    }
    heads = tuple(
        say(f"act.{head}", language) for head in ("indicator", "baseline", "now", "target", "reached", "can_show")
    )
    rows = tuple(act.indicator_row(each, language) for each in tree["indicators"] if each["id"] in wanted)
    money_heads = ("planning.field.year", "planning.field.money_source", "act.planned", "act.committed", "act.spent")
    money = tuple(
        (
            str(row["year"]),
            bodies[row["source"]][language],
            *(amount(row[name], tree, language) for name in ("planned", "committed", "spent")),
        )
        for row in one["money"]
    )
    return {
        "one": measure,
        "label": one["label"][language],
        "why": one["why"][language],
        "facts": [
            (say("act.of_stage", language), stage),
            (say("act.objective", language), tree["objectives"][one["objective"]][language]),
            (say("act.responsible", language), bodies[one["lead"]][language]),
            (say("act.partners", language), "; ".join(bodies[name][language] for name in one["partners"]) or "–"),
            (say("act.dates", language), _dates(one, language)),
            (say("act.progress", language), share(one["share"], language)),
        ],
        "activities": [
            {
                "id": each["id"],
                "label": each["label"][language],
                "lead": bodies[each["lead"]][language],
                "dates": _dates(each, language),
                "share": share(each["share"], language),
                "state": say(f"act.activity_{each['state'].replace('-', '_')}", language),
                "tone": {"done": "good", "overdue": "bad"}.get(each["state"], ""),
            }
            for each in one["activities"]
        ],
        "money": Table(
            say("planning.money", language),
            tuple(say(head, language) for head in money_heads),
            money,
            frozenset({2, 3, 4}),
            stacked=True,
        )
        if money
        else None,
        "indicators": Table(say("act.indicators", language), heads, rows, stacked=True),
        "wanted": [each["id"] for each in tree["indicators"] if each["id"] in wanted],
        "risks": [measures.risk_told(risk, language) for risk in one["risks"]],
        "rights": measures.rights_told(one, tree, language),
        "evaluation": measures.evaluation_told(one["evaluation"], tree, language),
    }


def _activity_facts(desk: Desk, one: Activity, language: str) -> list[tuple[str, str]]:
    bodies = desk.plan.bodies
    dates = {"from": one.start.isoformat(), "until": one.until.isoformat()}
    return [
        (say("act.responsible", language), bodies[one.lead].label[language]),
        (say("act.partners", language), "; ".join(bodies[name].label[language] for name in one.partners) or "–"),
        (say("act.dates", language), _dates(dates, language)),
    ]


def _evidence(request: HttpRequest, desk: Desk, one: Activity, language: str) -> list[dict[str, Any]]:
    me, of = request.user.get_username(), part(desk.plan, "activity", one.id)
    edits, attaches = (acts_on(request.user, permission, of) for permission in (EDIT, EVIDENCE))
    found = [piece for piece in desk.review.ledger.evidence if piece.activity == one.id]
    return [
        {
            "piece": piece,
            "what": kinds()[piece.kind]["label"][language],
            "day": day(piece.dated.isoformat(), language),
            "quantity": "" if piece.quantity == 1 else value(piece.quantity, language),
            "source": desk.plan.bodies[piece.source].label[language] if piece.source in desk.plan.bodies else "",
            "state": _state(piece, language),
            "confirms": attaches
            and desk.plan.confirm
            and piece.counts is None
            and not piece.withdrawn
            and piece.by != me,
            "withdraws": attaches and not piece.withdrawn and (edits or piece.by == me),
        }
        for piece in sorted(found, key=lambda piece: piece.row, reverse=True)
    ]


def _state(piece: Evidence, language: str) -> str:
    if piece.withdrawn:
        return say("planning.piece_withdrawn", language, day=day(piece.withdrawn.isoformat(), language))
    if piece.counts is None:
        return say("planning.piece_waits", language)
    by = piece.confirmed_by or piece.by
    return say("planning.piece_counts", language, day=day(piece.counts.isoformat(), language), by=by)


def _dates(one: Any, language: str) -> str:
    return say("act.from_until", language, start=day(one["from"], language), until=day(one["until"], language))


def _problems(desk: Desk, language: str) -> dict[str, Any]:
    """What of the ledgers does not fit the plan and is left out."""
    return {
        "problems": [f"{one.place()}: {one.reason(language)} {one.remedy(language)}" for one in desk.review.problems]
    }


def _page() -> dict[str, Any]:
    """What the blocks of the public pages need beside their own: here they lead nowhere."""
    return {"root": "", "explicit": False}


def _found(there: Any, name: str) -> Any:
    if name not in there:
        raise Http404
    return there[name]
