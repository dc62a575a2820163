"""How long somebody stays signed in, whatever they do (how long without a request, Django's own settings say), how much
they may send at once, and that it is text."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

BEGAN, SEEN = "began_s", "seen_s"
TOLD_EACH_S = 60
"""A session is written down as used at most so often: a page that is only looked at then writes nothing."""


class SessionLimit:
    """Ends a session ``SESSION_ABSOLUTE_AGE_S`` seconds after signing in, and one that does not know when that was;
    notes that it is used, from which ``SESSION_COOKIE_AGE`` counts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            began = request.session.get(BEGAN, 0)
            now = time.time()
            if not 0 <= now - began <= settings.SESSION_ABSOLUTE_AGE_S:
                logout(request)
            elif not 0 <= now - request.session.get(SEEN, 0) < TOLD_EACH_S:
                request.session[SEEN] = now
        return self.get_response(request)


class RequestLimit:
    """Refuses a request of more than ``OFFICE_REQUEST_BYTES`` before anything of it is read. One that does not tell its
    length is taken for empty, as WSGI does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > settings.OFFICE_REQUEST_BYTES:
            return HttpResponse(status=413)
        return self.get_response(request)


class TextLimit:
    """Refuses a form with the character NUL in it: nobody types it, and PostgreSQL keeps no text that has it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if any("\0" in value for _, values in request.POST.lists() for value in values):
            return HttpResponse(status=400)
        return self.get_response(request)


@receiver(user_logged_in)
def _note(sender: object, request: HttpRequest | None, **named: object) -> None:
    if request is not None:
        request.session[BEGAN] = time.time()
