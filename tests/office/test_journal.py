"""The log as the database keeps it: never forked, never changed, everything it says is covered."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from convive.committee.chain import FIRST, Head
from convive.web.journal import record
from convive.web.journal.checking import check, head
from convive.web.journal.models import Line

WRITE = """
import sys
from convive.web.office import setup
setup()
from django.db import transaction
from convive.web.journal import record
for number in range(int(sys.argv[2])):
    try:
        with transaction.atomic():
            record(act="test.wrote", subject=str(number), by=sys.argv[1])
            if number % 5 == 0:
                raise KeyError
    except KeyError:
        pass
"""


TAMPER = """
import sys
from convive.web.office import setup
setup()
from django.db import connection
statement = sys.argv[1]
with connection.cursor() as cursor:
    if connection.vendor == "postgresql":
        cursor.execute("ALTER TABLE journal_line DISABLE TRIGGER USER")
    else:
        cursor.execute(f"DROP TRIGGER journal_line_{statement.split()[0]}")
    cursor.execute(statement)
"""
"""What somebody with the database does: the trigger out of the way, then a statement."""


def three() -> list[Line]:
    return [record(act=f"test.{word}", subject="ñandú", by="ana", details={"word": word}) for word in ("a", "b", "c")]


def without_triggers() -> None:
    """What somebody who owns the database's file can do."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE journal_line DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER journal_line_UPDATE")
            cursor.execute("DROP TRIGGER journal_line_DELETE")


def test_lines_follow_from_each_other_and_the_last_is_the_head() -> None:
    first, second, third = three()
    assert [line.number for line in (first, second, third)] == [1, 2, 3]
    assert [first.previous, second.previous, third.previous] == [FIRST, first.hash, second.hash]
    found = check()
    assert (found.lines, found.problems, found.head) == (3, (), Head(3, third.hash))
    assert head() == found.head


@pytest.mark.parametrize(
    "change", [lambda: Line.objects.update(reason="x"), lambda: Line.objects.filter(number=2).delete()]
)
def test_the_database_refuses_to_change_or_delete_a_line(change: Callable[[], object]) -> None:
    three()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        change()
    assert check().problems == ()


def test_postgresql_refuses_to_empty_the_log() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL has TRUNCATE; runs with --database postgresql")
    three()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE journal_line")


CHANGED = {
    "number": 9,
    "at": "2001-01-01T00:00:00+00:00",
    "by": "otro",
    "act": "test.z",
    "subject": "z",
    "reason": "z",
    "details": "{}",
    "previous": "f" * 64,
    "hash": "e" * 64,
}


@pytest.mark.parametrize("column", [field.name for field in Line._meta.fields])
def test_every_column_of_a_line_is_covered(column: str) -> None:
    """A column added later without being hashed fails here."""
    three()
    without_triggers()
    Line.objects.filter(number=2).update(**{column: CHANGED[column]})
    problems = check().problems
    assert problems
    assert {problem.row for problem in problems} <= {2, 3, 9}


def test_a_line_taken_out_is_named() -> None:
    three()
    without_triggers()
    Line.objects.filter(number=2).delete()
    (problem,) = check().problems
    assert (problem.code, problem.row) == ("journal-cut", 3)
    assert "de la 2 a la 2" in problem.reason("es")


def test_an_end_cut_off_shows_against_a_head_that_was_printed() -> None:
    *_, last = three()
    without_triggers()
    Line.objects.filter(number=3).delete()
    assert check().problems == ()
    (problem,) = check([Head(3, last.hash)]).problems
    assert (problem.code, problem.row) == ("journal-head-missing", 3)


def test_a_log_written_anew_shows_against_a_head_that_was_printed() -> None:
    *_, last = three()
    without_triggers()
    Line.objects.all().delete()
    for word in ("a", "b", "c"):
        record(act=f"test.{word}", subject="otro", by="ana")
    assert check().problems == ()
    assert [problem.code for problem in check([Head(3, last.hash)]).problems] == ["journal-head-differs"]


@pytest.mark.committed
def test_a_line_outside_the_transaction_of_what_it_tells_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        record(act="test.a", subject="x", by="ana")
    assert not Line.objects.exists()


def test_a_line_is_gone_with_the_change_that_failed() -> None:
    with suppress(KeyError), transaction.atomic():
        record(act="test.a", subject="x", by="ana")
        raise KeyError
    assert not Line.objects.exists()


def test_processes_that_write_at_once_never_fork_the_chain(
    folder: Path, tmp_path: Path, another_database: Callable[[], dict[str, str]]
) -> None:
    city = tmp_path / "city"
    shutil.copytree(folder, city, ignore=shutil.ignore_patterns("convive.sqlite3*"))
    environment = os.environ | another_database() | {"CONVIVE_OBSERVATORY": str(city)}
    subprocess.run([sys.executable, "-c", WRITE, "zero", "0"], env=environment, check=True)
    names = ("ana", "luis", "rosa")
    writers = [subprocess.Popen([sys.executable, "-c", WRITE, name, "25"], env=environment) for name in names]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    told = subprocess.run(
        [sys.executable, "-m", "convive", "verify-log", str(city)],
        env=environment | {"CONVIVE_LANG": "en"},
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    assert "60 lines" in told.stdout
    # Whoever holds the database cuts the end off: the folder remembers where it stood.
    subprocess.run(
        [sys.executable, "-c", TAMPER, "DELETE FROM journal_line WHERE number > 57"], env=environment, check=True
    )
    cut = subprocess.run(
        [sys.executable, "-m", "convive", "verify-log", str(city)],
        env=environment | {"CONVIVE_LANG": "en"},
        capture_output=True,
        text=True,
    )
    assert cut.returncode == 1
    assert "Line 60, known with the hash" in " ".join(cut.stderr.split())
    assert "57 lines" in cut.stderr


def test_a_broken_log_is_told_by_the_command(
    folder: Path, tmp_path: Path, another_database: Callable[[], dict[str, str]]
) -> None:
    city = tmp_path / "city"
    shutil.copytree(folder, city, ignore=shutil.ignore_patterns("convive.sqlite3*"))
    environment = os.environ | another_database() | {"CONVIVE_OBSERVATORY": str(city), "CONVIVE_LANG": "en"}
    subprocess.run([sys.executable, "-c", WRITE, "ana", "10"], env=environment, check=True)
    subprocess.run(
        [sys.executable, "-c", TAMPER, "UPDATE journal_line SET reason = 'because' WHERE number = 4"],
        env=environment,
        check=True,
    )
    told = subprocess.run(
        [sys.executable, "-m", "convive", "verify-log", str(city)], env=environment, capture_output=True, text=True
    )
    assert told.returncode == 1
    assert "Line 4 of the log" in told.stderr
    assert "NOT whole" in told.stdout
