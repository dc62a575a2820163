"""The gate of the present stage: what holds, what does not, and what the committee decided about it."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from convive.errors import ConviveError, PlanError, Problem
from convive.publication.pages import act
from convive.strategy.decisions import DECISIONS, Decision
from convive.texts import say
from convive.web.office.actions import plan as actions
from convive.web.office.guard import today
from convive.web.office.plan.desk import Desk, with_plan
from convive.web.office.plan.scope import WHOLE
from convive.web.office.plan.views import refuse_beyond
from convive.web.office.views import frame

TYPED = ("decision", "decided_on", "by", "reason", "document")


@require_http_methods(["GET", "HEAD", "POST"])
@with_plan(actions.GATE)
def gate(request: HttpRequest, desk: Desk, language: str) -> HttpResponse:
    """Nobody skips a gate without a decision on record: who, why, in which document, and what was missing."""
    refuse_beyond(request, actions.GATE, WHOLE)
    typed, wrong = {"decided_on": today().isoformat(), "decision": ""}, ""
    if request.method == "POST":
        typed = {name: " ".join(request.POST.get(name, "").split())[:500] for name in TYPED}
        try:
            actions.decide(decision=_decision(typed, request.POST.get("stage", "")), by=request.user)
        except ConviveError as misfit:
            wrong = misfit.describe(language)
        else:
            messages.success(request, say("planning.decided", language))
            return redirect("office:plan_gate", language=language)
    stage = next(one for one in desk.tree["stages"] if one["id"] == desk.review.way.stage)
    labels = {one["id"]: one["label"][language] for one in stage["onward"]}
    missed = [labels[name] for name in desk.review.missing()]
    offered = [(name, say(f"planning.decision_{name}", language)) for name in DECISIONS if name != "pass" or not missed]
    context = {
        "stage": stage["id"],
        "label": stage["label"][language],
        "gates": [act.gate_table(stage, desk.tree, language)],
        "moves": act.moves(desk.tree, language),
        "missed": missed,
        "last": not stage["onward"],
        "decisions": offered,
        "conditions": _conditions(desk, language),
        "typed": typed,
        "wrong": wrong,
        "root": "",
        "explicit": False,
    }
    return render(request, "plan/gate.html", frame(language) | context, status=422 if wrong else 200)


def _conditions(desk: Desk, language: str) -> list[tuple[str, str]]:
    """The conditions of gates still ahead that can be withdrawn: those that keep the plan where it is are skipped."""
    ahead = desk.plan.course[desk.plan.course.index(desk.review.way.stage) :]
    asked = [one for stage, one in desk.plan.conditions() if stage in ahead and one.withdrawn is None]
    missed = desk.review.missing()
    return [(one.id, one.label[language]) for one in asked if one.id not in missed]


def _decision(typed: dict[str, str], stage: str) -> Decision:
    try:
        day = dt.date.fromisoformat(typed["decided_on"])
    except ValueError as odd:
        raise PlanError(Problem("evidence-day", column="decided_on", value=typed["decided_on"])) from odd
    return Decision(0, day, stage, typed["decision"], typed["by"], typed["reason"], typed["document"])
