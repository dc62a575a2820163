"""The citizens' side as a WSGI server runs it. Which observatory it is said by the environment."""

from __future__ import annotations

from convive.web.citizen import setup

setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - Django must be configured before

import convive.web.citizen_urls  # noqa: E402, F401 - a mistake in the addresses must stop the start, not the first person

application = get_wsgi_application()
