"""The application that a WSGI server runs. Which folder it shows is said by the environment."""

from __future__ import annotations

from convive.web import setup

setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - Django must be configured before

import convive.web.urls  # noqa: E402, F401 - a mistake in the addresses must stop the start, not the first reader

application = get_wsgi_application()
