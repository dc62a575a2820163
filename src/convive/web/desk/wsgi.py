"""The desk as a WSGI server runs it, on this machine alone."""

from __future__ import annotations

from convive.web.desk import setup

setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - Django must be configured before

import convive.web.desk.urls  # noqa: E402, F401 - a mistake in the addresses must stop the start

application = get_wsgi_application()
