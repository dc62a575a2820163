"""The office as a WSGI server runs it. Which observatory it is said by the environment."""

from __future__ import annotations

from convive.web.office import setup

setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - Django must be configured before

application = get_wsgi_application()
