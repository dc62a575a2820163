"""What every request to the citizens' side goes through: nothing too large, nothing kept, nothing told to a log."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError

from convive.web.citizen import views
from convive.web.citizen.standard_error import place_of

logger = logging.getLogger("convive.citizen")

BY_THE_REQUEST = (SuspiciousOperation, BadRequest, MultiPartParserError, PermissionDenied, Http404)
"""What a malformed request provokes is no error of ours."""

PAGE_BYTES = 12_288
"""What a page of the sealed channel is filled up to, or to as many times of it: who watches the network sees sizes, and
could tell a right receipt from a wrong one, or the form from the page that thanks for it."""
FILLING = b"<!--%s-->"
OPEN = ("/r/", "/open311/", "/static/")

Next = Callable[[HttpRequest], HttpResponse]


class Quiet:
    """No answer is kept by a browser or on the way, none sets a cookie, and of an error only its place is logged.

    An error's message and its local values may hold what somebody wrote.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(OPEN) and response.get("Content-Type", "").startswith("text/html"):
            response.content = even(response.content)
            response.headers["Content-Length"] = str(len(response.content))
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        response.cookies.clear()
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        del request
        if not isinstance(error, BY_THE_REQUEST):
            logger.error("%s", place_of(error))


def even(page: bytes) -> bytes:
    """``page`` with a comment of blanks at its end that fills it up."""
    return page + FILLING % (b" " * (-(len(page) + len(FILLING % b"")) % PAGE_BYTES))


class NotTooMuch:
    """A request larger than ``limits.toml`` allows is answered without being read."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = request.META.get("CONTENT_LENGTH") or "0"
        if not said.isascii() or not said.isdigit() or int(said) > settings.LIMITS.request.bytes:
            return views.too_much(request)
        return self.get_response(request)
