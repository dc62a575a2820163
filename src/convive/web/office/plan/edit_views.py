"""Editing a part of the plan. Two at once: the second is told, sees both, and loses nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from convive.errors import ConviveError
from convive.strategy import editing
from convive.strategy.editing import ChangedMeanwhile, Kind
from convive.texts import say
from convive.web.office.actions import plan as actions
from convive.web.office.plan import forms, scope
from convive.web.office.plan.desk import Desk, with_plan
from convive.web.office.plan.desk import desk as as_it_stands
from convive.web.office.plan.frame_forms import fields_of
from convive.web.office.plan.views import refuse_beyond
from convive.web.office.views import frame

SALT = "convive.plan.seen"
"""Signs what the editor saw when they opened the form: with it what they changed is told from what another did."""


@require_http_methods(["GET", "HEAD", "POST"])
@with_plan(actions.EDIT)
def edit(request: HttpRequest, desk: Desk, language: str, kind: Kind, name: str) -> HttpResponse:
    """A measure without its activities, an activity, an indicator's baseline and target, a stage, an objective, a
    body."""
    part = editing.find(desk.plan, kind, name)
    if part is None:
        raise Http404
    refuse_beyond(request, actions.EDIT, scope.part(desk.plan, kind, name))
    fields = fields_of(kind, desk.plan, part, language)
    stands = forms.flat(fields, editing.told(part))
    if request.method != "POST":
        return _form(request, language, kind, name, fields, stands, stands, editing.fingerprint(part))
    typed, seen = forms.sent(fields, request.POST), request.POST.get("seen", "")
    base = _base(request.POST.get("base", ""))
    try:
        values, reason = forms.read(fields, typed), forms.reason_of(request.POST)
        actions.change(kind=kind, name=name, values=values, seen=seen, reason=reason, by=request.user)
    except ChangedMeanwhile as late:
        return _late(request, language, kind, name, base, typed, late.describe(language))
    except ConviveError as misfit:
        wrong = misfit.describe(language)
        return _form(request, language, kind, name, fields, typed, base, seen, wrong=wrong, status=422)
    messages.success(request, say("office.kept", language))
    page, of = _page_of(kind, name)
    return redirect(page, language=language, **({"name": of} if of else {}))


def _late(
    request: HttpRequest,
    language: str,
    kind: Kind,
    name: str,
    base: Mapping[str, str],
    typed: dict[str, str],
    wrong: str,
) -> HttpResponse:
    """Both versions, where they differ; the form holds theirs with what only this editor changed. Nothing is lost."""
    desk = as_it_stands()
    part = editing.find(desk.plan, kind, name)
    if part is None:
        raise Http404
    fields = fields_of(kind, desk.plan, part, language)
    theirs = forms.flat(fields, editing.told(part))
    both = [
        (forms.label_of(fields, key), theirs.get(key, ""), typed.get(key, ""))
        for key in dict.fromkeys([*theirs, *typed])
        if theirs.get(key, "") != typed.get(key, "")
    ]
    merged = forms.merged(fields, base, theirs, typed)
    return _form(
        request,
        language,
        kind,
        name,
        fields,
        merged,
        theirs,
        editing.fingerprint(part),
        wrong=wrong,
        both=both,
        status=409,
    )


def _form(
    request: HttpRequest,
    language: str,
    kind: Kind,
    name: str,
    fields: Sequence[forms.Part],
    typed: Mapping[str, str],
    base: Mapping[str, str],
    seen: str,
    *,
    wrong: str = "",
    both: Sequence[tuple[str, str, str]] = (),
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "heading": say(f"planning.edit_{kind}", language),
        "what": typed.get(f"label.{language}", "") or name,
        "parts": forms.shown(fields, typed),
        "seen": seen,
        "base": signing.dumps(dict(base), salt=SALT, compress=True),
        "wrong": wrong,
        "both": both,
        "reason": forms.reason_of(request.POST),
        "back": _page_of(kind, name),
    }
    return render(request, "plan/edit.html", frame(language) | context, status=status)


def _page_of(kind: Kind, name: str) -> tuple[str, str]:
    """The page that shows a part, and by which name."""
    own = {"measure": "office:plan_measure", "activity": "office:plan_activity"}
    return (own[kind], name) if kind in own else ("office:plan" if kind == "indicator" else "office:plan_frame", "")


def _base(signed: str) -> dict[str, str]:
    """What the editor saw; nothing where it is not of ours, and then all that differs counts as theirs."""
    try:
        found: dict[str, str] = signing.loads(signed, salt=SALT)
    except signing.BadSignature:
        return {}
    return found
