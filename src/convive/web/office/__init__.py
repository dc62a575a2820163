"""The office: the homologation table, for signed-in people with the role.

It reads the private zone and writes the ledger.

Importing this package has no effects; :func:`setup` configures Django once.
"""

from __future__ import annotations

import os

SETTINGS_MODULE = "convive.web.office_settings"
ROLE = "homologation"
"""The group whose members sit at the table."""


def setup() -> None:
    """Configure Django with the office's settings, once in a process; the database is brought up to date."""
    import django
    from django.apps import apps
    from django.core.management import call_command

    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS_MODULE
    if not apps.ready:
        django.setup()
    from django.conf import settings

    # SQLite makes its journal beside the database, with what the process allows.
    os.umask(0o077)
    call_command("migrate", verbosity=0, interactive=False)
    database = settings.DATABASES["default"]["NAME"]
    for path in (database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))):
        if path.exists():
            path.chmod(0o600)
