"""The log as people read it: who did and who looked at what."""

from __future__ import annotations

import json

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from convive.web.journal import record
from convive.web.journal.models import Line
from convive.web.office.guard import requires
from convive.web.office.views import frame

A_PAGE = 100


@require_safe
@requires("journal.read", whole=True)
def journal(request: HttpRequest, language: str) -> HttpResponse:
    """Lines of the log, the newest first; reading it is an act too."""
    with transaction.atomic():
        record(act="journal.seen", subject="journal", by=request.user.get_username())
    page = Paginator(Line.objects.order_by("-number"), A_PAGE).get_page(request.GET.get("page"))
    rows = [
        (line.number, f"{line.at:%Y-%m-%d %H:%M} UTC", line.by, f"{line.act} {line.subject}", _details(line))
        for line in page.object_list
    ]
    return render(request, "office/journal.html", frame(language) | {"rows": rows, "page": page})


def _details(line: Line) -> str:
    """What the line tells beside its subject, the reason first, in one line of text."""
    told = json.loads(line.details)
    parts = [
        f"{name}: {' '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in told.items()
        if value not in ("", [], {}, None)
    ]
    return " ".join(filter(None, (line.reason, "; ".join(parts))))
