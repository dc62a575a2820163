"""The clock of the citizens' process: it releases at its hours, whether anybody comes or not, reminds of open reports
that wait too long, and looks whether what was written last is still there."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time

from django.db import connection

from convive.web.citizen.standard_error import place_of

LOOK_S = 60
logger = logging.getLogger("convive.citizen")


def keep() -> None:
    """Start the clock, once in a process."""
    threading.Thread(target=_run, name="hours", daemon=True).start()


def strike(now: dt.datetime) -> None:
    """What is due at ``now``. Whatever fails is told by its place and tried again at the next look."""
    from convive.web.citizen import chain, deposits
    from convive.web.reports.filing import remind

    try:
        chain.begin(by=deposits.CITIZENS, day=now.date())
        chain.look(by=deposits.CITIZENS, day=now.date())
        if deposits.release(now):
            remind(now)
    except Exception as odd:
        logger.error("%s", place_of(odd))


def _run() -> None:
    while True:
        strike(dt.datetime.now(dt.UTC))
        connection.close()
        now = dt.datetime.now(dt.UTC)
        to_the_minute = LOOK_S - (now.second + now.microsecond / 1e6) % LOOK_S
        time.sleep(to_the_minute)
