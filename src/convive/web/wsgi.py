"""The application that a WSGI server runs. Which folder it shows is said by the environment."""

from __future__ import annotations

from convive.web import setup

setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - Django must be configured before

application = get_wsgi_application()
