"""What comes to the plan and what is withdrawn from it: measures, activities, indicators, conditions of gates, and the
frame they stand in, which is stages, objectives and bodies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, get_args

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from convive.errors import ConviveError
from convive.strategy import adding, editing
from convive.strategy.plan import Withdrawable
from convive.texts import date, say
from convive.web.office.actions import plan as actions
from convive.web.office.guard import today
from convive.web.office.plan import forms, new_forms, scope
from convive.web.office.plan.desk import Desk, with_plan
from convive.web.office.plan.views import refuse_beyond
from convive.web.office.views import frame

Typed = Mapping[str, str]
TO_OVERVIEW = ("office:plan", "")
TO_GATE = ("office:plan_gate", "")
TO_FRAME = ("office:plan_frame", "")
FrameKind = Literal["stage", "objective", "body"]


@require_http_methods(["GET", "HEAD", "POST"])
@with_plan(actions.EDIT)
def new_measure(request: HttpRequest, desk: Desk, language: str) -> HttpResponse:
    """A new measure, complete: who, where, evaluation, rights, and its first activity."""
    fields = new_forms.new_measure(desk.plan, language)

    def act(values: dict[str, Any], reason: str) -> HttpResponse:
        actions.add_measure(values=new_forms.measure_of(values), reason=reason, by=request.user)
        return redirect("office:plan_measure", language=language, name=values["id"])

    began = {"evaluation.months": "12", f"{new_forms.FIRST}.from": today().isoformat()}
    return _new(request, language, "new_measure", fields, began, act, TO_OVERVIEW)


@require_http_methods(["GET", "HEAD", "POST"])
@with_plan(actions.EDIT)
def new_activity(request: HttpRequest, desk: Desk, language: str, name: str) -> HttpResponse:
    """A new activity of the measure ``name``."""
    one = desk.plan.measures.get(name)
    if one is None:
        raise Http404
    refuse_beyond(request, actions.EDIT, scope.part(desk.plan, "measure", name))
    fields = forms.activity_fields(desk.plan, language, new=True)

    def act(values: dict[str, Any], reason: str) -> HttpResponse:
        actions.add_activity(measure=name, values=values, reason=reason, by=request.user)
        return redirect("office:plan_activity", language=language, name=values["id"])

    began = {"lead": one.lead, "from": one.start.isoformat(), "until": one.until.isoformat()}
    return _new(request, language, "new_activity", fields, began, act, ("office:plan_measure", name))


@require_http_methods(["GET", "HEAD", "POST"])
@with_plan(actions.EDIT)
def new_indicator(request: HttpRequest, desk: Desk, language: str) -> HttpResponse:
    """A new indicator with baseline and target."""
    refuse_beyond(request, actions.EDIT, scope.WHOLE)
    fields = new_forms.new_indicator(desk.plan, language)

    def act(values: dict[str, Any], reason: str) -> HttpResponse:
        told = new_forms.one_of(values, {"figure": "indicator", "output": "activity"})
        actions.add_whole(kind="indicator", values=told, reason=reason, by=request.user)
        return redirect("office:plan", language=language)

    return _new(request, language, "new_indicator", fields, {}, act, TO_OVERVIEW)


@require_safe
@with_plan(actions.EDIT)
def frame_of_plan(request: HttpRequest, desk: Desk, language: str) -> HttpResponse:
    """What measures stand in: stages, objectives, bodies."""
    refuse_beyond(request, actions.EDIT, scope.WHOLE)
    lists = [
        {
            "kind": kind,
            "heading": say(f"planning.{places}", language),
            "new": say(f"planning.new_{kind}", language),
            "rows": [(one.id, _called(one, language), one.withdrawn is None) for one in parts],
        }
        for kind, places, parts in (
            ("stage", "stages", desk.plan.stage),
            ("objective", "objectives", desk.plan.objective),
            ("body", "bodies", desk.plan.body),
        )
    ]
    return render(request, "plan/frame.html", frame(language) | {"lists": lists})


def _called(one: Withdrawable, language: str) -> str:
    """What a part is called; of one that was withdrawn with its day and reason."""
    label, gone = one.label[language], one.withdrawn
    if gone is None:
        return label
    return say("act.withdrawn", language, label=label, day=date(gone.on, language), reason=gone.reason)


@require_http_methods(["GET", "HEAD", "POST"])
@with_plan(actions.EDIT)
def new_frame(request: HttpRequest, desk: Desk, language: str, kind: FrameKind) -> HttpResponse:
    """A new stage with the first condition of its gate, a new objective, a new body."""
    refuse_beyond(request, actions.EDIT, scope.WHOLE)
    fields = new_forms.new_frame(kind, desk.plan, language)

    def act(values: dict[str, Any], reason: str) -> HttpResponse:
        if kind == "stage":
            told, after, condition = new_forms.stage_of(values)
            actions.add_stage(values=told, after=after, condition=condition, reason=reason, by=request.user)
        else:
            actions.add_whole(kind=kind, values=values, reason=reason, by=request.user)
        return redirect("office:plan_frame", language=language)

    began = {"iati_type": "10", "after": desk.plan.course[-1]}
    return _new(request, language, f"new_{kind}", fields, began, act, TO_FRAME)


@require_http_methods(["GET", "HEAD", "POST"])
@with_plan(actions.GATE)
def new_condition(request: HttpRequest, desk: Desk, language: str) -> HttpResponse:
    """A new condition of a gate, asked from today on."""
    refuse_beyond(request, actions.GATE, scope.WHOLE)
    fields = new_forms.new_condition(desk.plan, language)

    def act(values: dict[str, Any], reason: str) -> HttpResponse:
        told = new_forms.one_of(values, {"figure": "indicator", "evidence": "activity", "progress": "measure"})
        stage, side = told.pop("stage"), told.pop("side")
        actions.add_condition(stage=stage, side=side, values=told, reason=reason, by=request.user)
        return redirect("office:plan_gate", language=language)

    return _new(request, language, "new_condition", fields, {"stage": desk.review.way.stage}, act, TO_GATE)


@require_http_methods(["GET", "HEAD", "POST"])
@with_plan(actions.EDIT)
def withdraw(request: HttpRequest, desk: Desk, language: str, kind: adding.Part, name: str) -> HttpResponse:
    """Withdraw a part of the plan, for a reason that is published."""
    found = adding.condition(desk.plan, name) if kind == "condition" else editing.find(desk.plan, kind, name)
    if found is None:
        raise Http404
    if kind == "condition":
        permission, of, back = actions.GATE, scope.WHOLE, TO_GATE
    else:
        back = TO_FRAME if kind in get_args(FrameKind) else TO_OVERVIEW
        permission, of = actions.EDIT, scope.part(desk.plan, kind, name)
    refuse_beyond(request, permission, of)
    wrong = ""
    if request.method == "POST":
        reason = forms.reason_of(request.POST)
        seen = request.POST.get("seen", "")
        try:
            actions.withdraw_part(kind=kind, name=name, reason=reason, seen=seen, by=request.user)
        except ConviveError as misfit:
            wrong = misfit.describe(language)
        else:
            messages.success(request, say("office.kept", language))
            return redirect(back[0], language=language)
    context = {
        "heading": say(f"planning.withdraw_{kind}", language),
        "what": found.label[language],
        "seen": editing.fingerprint(found),
        "typed": request.POST.get("reason", ""),
        "wrong": wrong,
        "back": back[0],
    }
    return render(request, "plan/withdraw.html", frame(language) | context, status=422 if wrong else 200)


def _new(
    request: HttpRequest,
    language: str,
    heading: str,
    fields: Sequence[forms.Part],
    began: Typed,
    act: Callable[[dict[str, Any], str], HttpResponse],
    back: tuple[str, str],
) -> HttpResponse:
    """The form, and what was typed into it again where it does not hold."""
    typed, wrong = began, ""
    if request.method == "POST":
        typed = forms.sent(fields, request.POST)
        try:
            answer = act(forms.read(fields, typed), forms.reason_of(request.POST))
        except ConviveError as misfit:
            wrong = misfit.describe(language)
        else:
            messages.success(request, say("office.kept", language))
            return answer
    context = {"heading": say(f"planning.{heading}", language), "what": "", "wrong": wrong, "back": back}
    context |= {"parts": forms.shown(fields, typed), "seen": "", "base": "", "reason": forms.reason_of(request.POST)}
    return render(request, "plan/edit.html", frame(language) | context, status=422 if wrong else 200)
