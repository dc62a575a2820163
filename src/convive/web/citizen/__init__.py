"""The citizens' side: sealed reports, and the way back with a receipt.

Importing this package has no effects; :func:`setup` configures Django once and closes the process to curious eyes.
"""

from __future__ import annotations

import os

SETTINGS_MODULE = "convive.web.citizen_settings"


def setup() -> None:
    """Configure Django with the citizens' settings, once in a process; the database is brought up to date."""
    import django
    from django.apps import apps
    from django.core.management import call_command

    from convive.web.citizen.hardening import close_memory

    close_memory()
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS_MODULE
    if not apps.ready:
        django.setup()
    from django.conf import settings

    from convive.web.database import close_to_others

    os.umask(0o077)
    call_command("migrate", verbosity=0, interactive=False)
    close_to_others(settings.FOLDER)
