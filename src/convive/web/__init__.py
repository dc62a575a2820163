"""The web side: a Django project that shows what was released. It reads ``public/`` and nothing else.

Importing this package has no effects; :func:`setup` configures Django once.
"""

from __future__ import annotations

import os

SETTINGS_MODULE = "convive.web.settings"


def setup() -> None:
    """Configure Django with our settings, once in a process."""
    import django
    from django.apps import apps

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS_MODULE)
    if not apps.ready:
        django.setup()
