"""Where the observatory's people are kept: one database, for the office and for what citizens send."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import dj_database_url

URL_VARIABLE = "DATABASE_URL"
"""Names the environment variable with the address of a PostgreSQL database; without it a file in the folder is used."""

FILE = "convive.sqlite3"
KEEP_S = 60
"""A connection to a server is kept so long after a request."""


def database(folder: Path) -> dict[str, Any]:
    """Django's settings of the database of the observatory in ``folder``.

    A file is written ahead (WAL) by transactions that take the write lock at their beginning, so that one waits for the
    other instead of failing.
    """
    url = os.environ.get(URL_VARIABLE, "")
    if url:
        return dict(dj_database_url.parse(url, conn_max_age=KEEP_S, conn_health_checks=True))
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": folder / FILE,
        "OPTIONS": {
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA busy_timeout=20000;",
            "transaction_mode": "IMMEDIATE",
        },
    }


def is_there(folder: Path) -> bool:
    """Whether the observatory has a database at all; one by address is taken to be there."""
    return bool(os.environ.get(URL_VARIABLE)) or (folder / FILE).exists()


def close_to_others(folder: Path) -> None:
    """Leave the database's files to their owner alone."""
    for path in (folder / f"{FILE}{end}" for end in ("", "-wal", "-shm")):
        if path.exists():
            path.chmod(0o600)
