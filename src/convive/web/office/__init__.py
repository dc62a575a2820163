"""The office: the homologation table, the committee, the log, for signed-in people with a role.

It reads the private zone, writes the ledger, and keeps people in a database of its own.

Importing this package has no effects; :func:`setup` configures Django once.
"""

from __future__ import annotations

import os

SETTINGS_MODULE = "convive.web.office_settings"


def setup() -> None:
    """Configure Django with the office's settings, once in a process; the database is brought up to date."""
    import django
    from django.apps import apps
    from django.core.management import call_command

    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS_MODULE
    if not apps.ready:
        django.setup()
    from django.conf import settings

    from convive.web.database import close_to_others

    # SQLite makes its journal beside the database, with what the process allows.
    os.umask(0o077)
    call_command("migrate", verbosity=0, interactive=False)
    close_to_others(settings.FOLDER)
