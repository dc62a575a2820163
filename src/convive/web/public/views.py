"""Views: find the page or the file, answer."""

from __future__ import annotations

import re

from django.core.exceptions import SuspiciousFileOperation
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe
from django.views.static import serve

from convive.web.public.published import published
from convive.web.public.rendering import render_not_found

_GZIP = re.compile(r"\bgzip\b")


@require_safe
def page(request: HttpRequest, name: str, language: str) -> HttpResponse:
    shown = published().page(name, language)
    if shown is None:
        raise Http404
    headers = {"Content-Language": language, "Cache-Control": "no-cache", "ETag": shown.tag}
    headers["Vary"] = "Accept-Encoding"
    if not _GZIP.search(request.headers.get("Accept-Encoding", "")):
        return HttpResponse(shown.html, headers=headers)
    return HttpResponse(shown.packed, headers=headers | {"Content-Encoding": "gzip"})


@require_safe
def measure(request: HttpRequest, item: str, language: str) -> HttpResponse:
    """The page of one measure's evaluation."""
    return page(request, f"evaluations/{item}", language)


@require_safe
def published_file(request: HttpRequest, path: str) -> HttpResponseBase:
    """A data file or a chart, with its type; answers 304 to those who have it already."""
    try:
        response = serve(request, path, document_root=published().folder)
    except (SuspiciousFileOperation, OSError, ValueError) as nowhere:  # outside, or a name that no file can have
        raise Http404 from nowhere
    if isinstance(response, FileResponse) and response.headers["Content-Type"].startswith(
        ("text/", "application/json")
    ):
        response.headers["Content-Type"] = response.headers["Content-Type"].split(";")[0] + "; charset=utf-8"
    response.headers["Cache-Control"] = "no-cache"
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse(render_not_found(), status=404)
