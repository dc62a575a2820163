"""Evidence: attached with its file, confirmed by a second person, withdrawn for a reason, looked at."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from convive.errors import ConviveError
from convive.texts import say
from convive.web.office.actions import plan as actions
from convive.web.office.guard import looked
from convive.web.office.plan import files
from convive.web.office.plan.desk import Desk, with_plan
from convive.web.office.plan.scope import part, refuse_unseen
from convive.web.office.plan.views import activity_page, refuse_beyond

TYPED = ("kind", "dated", "quantity", "source", "title", "public", "note")


@require_POST
@with_plan(actions.EVIDENCE)
def attach(request: HttpRequest, desk: Desk, language: str, name: str) -> HttpResponse:
    """Evidence of an activity; the file is kept before the row that names it."""
    one = desk.plan.activities.get(name)
    if one is None:
        raise Http404
    refuse_beyond(request, actions.EVIDENCE, part(desk.plan, "activity", name))
    typed = {field: " ".join(request.POST.get(field, "").split())[:500] for field in TYPED}
    upload = request.FILES.get("file")
    try:
        actions.refuse_unfit(here=desk, values=typed | {"activity": name}, by=request.user)
        file = files.keep(desk.folder, upload) if upload is not None else ""
        actions.attach(values=typed | {"activity": name, "file": file}, by=request.user)
    except ConviveError as misfit:
        return activity_page(request, desk, language, one, typed=typed, wrong=misfit.describe(language), status=422)
    messages.success(request, say("planning.attached", language))
    return redirect("office:plan_activity", language=language, name=name)


@require_POST
@with_plan(actions.EVIDENCE)
def piece(request: HttpRequest, desk: Desk, language: str, key: str) -> HttpResponse:
    """Confirm one piece, or take it back."""
    found = next((one for one in desk.review.ledger.evidence if one.id == key), None)
    if found is None:
        raise Http404
    try:
        if request.POST.get("do") == "confirm":
            actions.confirm(name=key, by=request.user)
        else:
            reason = " ".join(request.POST.get("reason", "").split())[:500]
            actions.withdraw(name=key, reason=reason, by=request.user)
    except ConviveError as misfit:
        messages.error(request, misfit.describe(language))
    else:
        messages.success(request, say("office.kept", language))
    return redirect("office:plan_activity", language=language, name=found.activity)


@require_safe
@with_plan("plan.read")
def file(request: HttpRequest, desk: Desk, language: str, key: str) -> HttpResponse:
    """The file of a piece of evidence, to keep and never as a page; the look is noted before it is seen."""
    del language
    found = next((one for one in desk.review.ledger.evidence if one.id == key), None)
    kept = files.read(desk.folder, found.file) if found is not None else None
    if found is None or kept is None:
        raise Http404
    of = desk.plan.measure_of.get(found.activity)
    if of is not None:
        refuse_unseen(request.user, of)
    looked(request, f"evidence/{key}", (found.file,))
    content, media = kept
    ending = found.file.rpartition(".")[2]
    return HttpResponse(
        content,
        content_type=media,
        headers={
            "Content-Disposition": f'attachment; filename="{found.activity}-{key}.{ending}"',
            "X-Content-Type-Options": "nosniff",
        },
    )
