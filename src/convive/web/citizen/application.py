"""The citizens' side as an application of WSGI. Which observatory it is is said by the environment."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from convive.web.citizen import setup

setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - Django must be configured before

import convive.web.citizen_urls  # noqa: E402, F401 - a mistake in the addresses must stop the start, not the first person
from convive.web.citizen.standard_error import place_of  # noqa: E402

_django = get_wsgi_application()
_logger = logging.getLogger("convive.citizen")


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django's application; what it refuses before any of its own handling (a charset together with too many parameters
    in the address) is answered as a bad request too, and told by its place alone."""
    try:
        return _django(environ, start_response)
    except Exception as odd:
        _logger.error("%s", place_of(odd))
        start_response("400 Bad Request", [("Content-Type", "text/plain"), ("Cache-Control", "no-store")])
        return [b""]
