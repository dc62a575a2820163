"""A custodian's desk: a page on their own machine where shares are lent, reports opened and scrubbed, answers sealed.

It reads the files that the office gives and makes those that go back. What is opened is in memory until the desk is
closed; nothing is written to disk but the files that the custodian saves, and these are sealed.
"""

from __future__ import annotations

import os

SETTINGS_MODULE = "convive.web.desk_settings"
KEY_VARIABLE = "CONVIVE_CUSTODIAN_KEY"
"""Names the environment variable with the path of the custodian's key file."""


def setup() -> None:
    """Configure Django with the desk's settings, once in a process, and close the process to curious eyes."""
    import django
    from django.apps import apps

    from convive.web.citizen.hardening import close_memory

    close_memory()
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS_MODULE
    if not apps.ready:
        django.setup()
