"""What every request to the citizens' side goes through: nothing too large, nothing kept, nothing told to a log."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from convive.web.citizen import views

logger = logging.getLogger("convive.citizen")

Next = Callable[[HttpRequest], HttpResponse]


class Quiet:
    """No answer is kept by a browser or on the way, none sets a cookie, and of an error only its place is logged.

    An error's message and its local values may hold what somebody wrote.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        response.cookies.clear()
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        del request
        logger.error("%s", place_of(error))


class NotTooMuch:
    """A request larger than ``limits.toml`` allows is answered without being read."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = request.META.get("CONTENT_LENGTH") or "0"
        if not said.isascii() or not said.isdigit() or int(said) > settings.LIMITS.request.bytes:
            return views.too_much(request)
        return self.get_response(request)


def place_of(error: BaseException) -> str:
    """Kind and innermost place of an error: ``ValueError views.py:12``. Never its message."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    file = trace.tb_frame.f_code.co_filename.rpartition("/")[2]
    return f"{type(error).__name__} {file}:{trace.tb_lineno}"
