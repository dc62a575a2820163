"""An insider's day: the whole database, its disk and every account, but fewer than k custodians.

What is tried: to read, change, delete, backdate and count by category. What succeeds is tried too, and asserted: it
stands in ``docs/threat-model.md`` as what we do not promise.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from reading import hidden, receipt_of

from convive.errors import VoiceError
from convive.texts import say
from convive.voice import custodian
from convive.voice.bundles import Bundle
from convive.voice.custody import Custody
from convive.voice.key_file import OpenKey
from convive.voice.sealed import derive_reporter, new_receipt, new_secret, seal

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

Send = Callable[..., "HttpResponse"]
CANARY = "CANARIO-5512"
TABLES = ("citizen_report", "citizen_entry", "citizen_share", "citizen_deposit", "citizen_batch", "journal_line")


@pytest.fixture
def three(send: Send) -> list[str]:
    """Three reports of different subjects; their receipts."""
    return [
        receipt_of(send(what=f"{CANARY} {subject}", subject=subject))[0] for subject in ("extortion", "killing", "")
    ]


def codes() -> set[str]:
    """What ``convive verify-log`` finds."""
    from convive.web.citizen.proof import check

    return {problem.code for problem in check().problems}


def sql(text: str, *values: object) -> list[tuple[object, ...]]:
    """As somebody who owns the database: no model, no trigger in the way."""
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return list(cursor.fetchall()) if cursor.description else []


def drop_triggers() -> None:
    if connection.vendor == "postgresql":
        for name in ("rows", "all"):
            sql(f"DROP TRIGGER citizen_deposit_{name} ON citizen_deposit")
    else:
        for name in ("UPDATE", "DELETE"):
            sql(f"DROP TRIGGER citizen_deposit_{name}")


def release(hours: int) -> None:
    from convive.web.citizen import deposits

    deposits.release(dt.datetime.now(dt.UTC) + dt.timedelta(hours=hours))


def newest() -> tuple[str, str]:
    """Report and entry that came last."""
    return tuple(sql("SELECT report_id, name FROM citizen_entry ORDER BY deposit DESC")[0])  # type: ignore[return-value]


def test_nothing_is_wrong_on_an_ordinary_day(three: list[str]) -> None:
    assert codes() == set()
    release(6)
    assert codes() == set()


def test_reading_finds_no_word_in_any_table(three: list[str]) -> None:
    everything = b""
    for table in TABLES:
        for row in sql(f"SELECT * FROM {table}"):
            everything += b"".join(
                bytes(one) if isinstance(one, bytes | memoryview) else str(one).encode() for one in row
            )
    assert len(everything) > 3 * 32_768
    for word in (CANARY, "extortion", "killing"):
        assert word.encode() not in everything


def test_reading_fails_with_one_custodian_and_with_keys_of_ones_own(
    three: list[str], custody: Custody, keys: list[OpenKey]
) -> None:
    from convive.web.citizen.models import Report

    report = Report.objects.all()[0]
    entries = {entry.name: entry.sealed for entry in report.entries.all()}
    bundle = Bundle("report", "o", report.name, keys[0].custodian.key, entries=entries, custody=custody)
    with pytest.raises(VoiceError):
        custodian.open_report(bundle, keys[:1])
    mine = OpenKey(keys[1].custodian, new_secret())
    with pytest.raises(VoiceError):
        custodian.open_report(bundle, [keys[0], mine])


def test_a_receipt_cannot_be_read_from_what_is_stored(three: list[str], custody: Custody) -> None:
    tags = {tag for (tag,) in sql("SELECT tag FROM citizen_report")}
    for _ in range(5):
        assert derive_reporter(new_receipt(), bytes.fromhex(custody.salt)).tag.hex() not in tags


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE citizen_entry SET day = '2020-01-01' WHERE name = %s",
        "UPDATE citizen_entry SET sender = 'custodians' WHERE name = %s",
        "UPDATE citizen_entry SET body = (SELECT body FROM citizen_entry WHERE name <> %s LIMIT 1)",
        "UPDATE citizen_share SET sealed = (SELECT sealed FROM citizen_share LIMIT 1) WHERE entry_id = %s",
        "DELETE FROM citizen_share WHERE entry_id = %s",
    ],
)
def test_changing_an_entry_is_noticed(three: list[str], change: str) -> None:
    sql(change, newest()[1])
    assert codes() == {"entry-changed"}


@pytest.mark.parametrize("column", ["reporter", "tag"])
def test_giving_the_answers_to_oneself_is_noticed(three: list[str], column: str) -> None:
    sql(f"UPDATE citizen_report SET {column} = %s WHERE name = %s", "ab" * 32, newest()[0])
    assert codes() == {"entry-changed"}


@pytest.mark.parametrize("change", ["state = 'solved'", "state = 'withdrawn'", "day = '2020-01-01'"])
def test_changing_a_report_is_noticed(three: list[str], change: str) -> None:
    sql(f"UPDATE citizen_report SET {change} WHERE name = %s", newest()[0])
    assert codes() == {"entry-changed"}


def test_deleting_a_report_is_noticed(three: list[str]) -> None:
    report, entry = newest()
    sql("DELETE FROM citizen_share WHERE entry_id = %s", entry)
    sql("DELETE FROM citizen_entry WHERE name = %s", entry)
    sql("DELETE FROM citizen_report WHERE name = %s", report)
    assert codes() == {"entry-gone"}


def test_the_database_itself_refuses_to_change_the_chain(three: list[str]) -> None:
    from django.db import DatabaseError, transaction

    for change in ("UPDATE citizen_deposit SET act = 'x'", "DELETE FROM citizen_deposit"):
        with pytest.raises(DatabaseError), transaction.atomic():
            sql(change)


def test_deleting_a_report_with_its_line_is_noticed_once_it_was_released(three: list[str]) -> None:
    release(6)
    drop_triggers()
    _forget_newest()
    assert codes() == {"journal-head-missing"}


def test_deleting_from_the_middle_is_noticed_before_any_release(three: list[str]) -> None:
    drop_triggers()
    sql("DELETE FROM citizen_deposit WHERE number = 2")
    assert {"journal-cut"} <= codes()


@pytest.fixture
def running(three: list[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The three reports as the process that took them remembers them: what was committed last."""
    from convive.committee.chain import Head
    from convive.web.citizen import chain
    from convive.web.citizen.models import Deposit

    monkeypatch.setattr(chain, "_remembered", [])
    last = Deposit.objects.order_by("-number")[0]
    chain._remember(Head(last.number, last.hash))
    return three


@pytest.mark.parametrize("next_comes", ["the clock", "a report"])
def test_deleting_the_last_report_with_its_line_is_noticed_by_the_process_that_took_it(
    running: list[str], send: Send, next_comes: str
) -> None:
    from convive.web.citizen import chain, hours

    chain.look(by="citizens", day=dt.datetime.now(dt.UTC).date())
    assert codes() == set()
    drop_triggers()
    _forget_newest()
    if next_comes == "a report":
        send(what=CANARY)
    else:
        hours.strike(dt.datetime.now(dt.UTC))
    assert codes() == {"deposit-vanished"}


def test_putting_another_report_in_the_place_of_the_last_is_noticed_by_the_process_that_took_it(
    running: list[str],
) -> None:
    """The forger seals words of their own to the custodians and writes a line that fits: the chain itself is whole."""
    from convive.web.citizen import hours

    _exchange_newest()
    assert codes() == set()
    hours.strike(dt.datetime.now(dt.UTC))
    assert codes() == {"deposit-vanished"}


def test_succeeds_putting_another_report_in_the_place_of_the_last_once_the_process_was_ended(
    three: list[str], custody: Custody, keys: list[OpenKey]
) -> None:
    """Not promised: whoever also ends the process before the next release leaves nobody who remembers."""
    from convive.web.citizen.models import Report

    _exchange_newest()
    assert codes() == set()
    report = Report.objects.get(pk=newest()[0])
    entries = {entry.name: entry.sealed for entry in report.entries.all()}
    bundle = Bundle("report", "o", report.name, entries=entries, custody=custody)
    (content,) = custodian.open_report(bundle, keys[:2]).contents.values()
    assert content.fields["what"] == "forged"


def test_what_is_not_what_was_sent_is_told_to_the_person_and_from_then_on_to_all(
    three: list[str], come_back: Send
) -> None:
    """Even where the process was ended: what the receipt derives is written nowhere, and the forger lacks it."""
    assert say("citizen.thread.changed", "es") not in come_back(three[-1]).text
    assert codes() == set()
    _exchange_newest()
    assert codes() == set()
    for _ in range(2):
        page = come_back(three[-1])
        assert say("citizen.thread.changed", "es") in page.text
        assert say("citizen.thread.withdraw_do", "es") in page.text
    assert codes() == {"entry-disowned"}
    assert len(sql("SELECT number FROM citizen_deposit WHERE act = 'entry.disowned'")) == 1
    assert say("citizen.thread.whole", "es") in come_back(three[0]).text


def test_a_piece_of_another_report_is_not_taken_for_ones_own(three: list[str], come_back: Send, send: Send) -> None:
    """Nor does blanking the proof, or moving one's own, help the forger."""
    other = sql("SELECT for_reporter FROM citizen_entry WHERE name <> %s", newest()[1])[0][0]
    for proof in (b"", other):
        sql("UPDATE citizen_entry SET for_reporter = %s WHERE name = %s", proof, newest()[1])
        assert say("citizen.thread.changed", "es") in come_back(three[-1]).text


def test_that_the_process_began_anew_stands_in_the_chain(three: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever ends the process that remembers, to change what came last, starts another, and that is a line of its
    own; it is remembered like any other."""
    import threading

    from convive.web.citizen import chain, hours, proof

    today = dt.datetime.now(dt.UTC)
    for number in (4, 5):
        monkeypatch.setattr(chain, "_began", threading.Event())
        for _ in range(2):
            hours.strike(today)
        assert proof.begun()[-1] == (number, today.date())
    assert len(proof.begun()) == 2
    assert codes() == set()


def test_the_clock_reminds_of_open_reports_though_no_body_opens_its_desk(
    nothing_stays: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from convive.web.citizen import hours
    from convive.web.reports import filing

    reminded: list[dt.datetime] = []
    monkeypatch.setattr(filing, "remind", reminded.append)
    noon = dt.datetime(2031, 1, 1, 12, 5, tzinfo=dt.UTC)
    for minutes in (0, 1, 60, 355, 356):
        hours.strike(noon + dt.timedelta(minutes=minutes))
    assert reminded == [noon, noon + dt.timedelta(minutes=355)]


def test_succeeds_deleting_the_last_report_with_its_line_before_the_next_release(
    three: list[str], come_back: Send
) -> None:
    """Not promised, where the process that took it was ended too: between two releases the end of the chain hangs on
    nothing else outside. The reporter notices."""
    drop_triggers()
    _forget_newest()
    assert codes() == set()
    assert come_back(three[-1]).status_code == 400


def test_rewriting_the_releases_is_noticed(three: list[str]) -> None:
    release(6)
    drop_triggers()
    _forget_newest()
    last = sql("SELECT number, hash FROM citizen_deposit ORDER BY number DESC")[0]
    sql("UPDATE citizen_batch SET head = %s WHERE head LIKE '3:%%'", f"{last[0]}:{last[1]}")
    assert codes() == {"release-unlogged"}
    sql("DELETE FROM citizen_report WHERE batch_id IS NOT NULL AND name NOT IN (SELECT report_id FROM citizen_entry)")
    sql("UPDATE citizen_report SET batch_id = NULL")
    sql("DELETE FROM citizen_batch")
    assert codes() == {"release-gone"}


def test_what_a_person_sends_moves_nothing_in_the_log_that_has_hours(
    three: list[str], send: Send, come_back: Send, client: Client
) -> None:
    """A line brought about by somebody who reports would tell the moment: those of the office have one."""
    from convive.web.journal.models import Line

    before = Line.objects.count()
    receipt = receipt_of(send(what=CANARY))[0]
    for said in ({"do": "add", "what": CANARY}, {"do": "solved"}, {"do": "withdraw", "sure": "yes"}):
        page = come_back(receipt).text
        hidden_parts = {"visit": hidden(page, "visit"), "ticket": hidden(page, "ticket")}
        assert client.post("/es/c/d/", hidden_parts | said).status_code == 200
    assert Line.objects.count() == before


def test_an_answer_that_an_insider_put_in_is_told_as_such_and_the_rest_serves(
    three: list[str], come_back: Send, custody: Custody
) -> None:
    from convive.web.citizen import deposits
    from convive.web.citizen.models import Report

    report = Report.objects.get(pk=newest()[0])
    forged = seal(b"x", name="forged", custodians=custody.keys, threshold=2, reporter=bytes.fromhex("09" * 32))
    deposits.reply(name="forged", report=report, sealed=forged, by="ana", now=dt.datetime.now(dt.UTC))
    page = come_back(three[-1])
    assert page.status_code == 200
    assert say("citizen.thread.unreadable", "es") in page.text
    assert say("citizen.thread.withdraw_do", "es") in page.text


def test_backdating_is_noticed(three: list[str]) -> None:
    from convive.web.citizen import chain

    yesterday = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
    chain.add(act="entry.sealed", subject="r/e", by="citizens", details=_details(), day=yesterday)
    assert codes() == {"deposit-backdated", "entry-gone"}


def test_inventing_a_report_is_noticed(three: list[str]) -> None:
    entry = newest()[1]
    sql(
        "INSERT INTO citizen_entry (name, report_id, deposit, sender, day, body, for_reporter)"
        " SELECT 'invented', report_id, 99, sender, day, body, for_reporter FROM citizen_entry WHERE name = %s",
        entry,
    )
    assert codes() == {"entry-uncounted"}


def test_counting_by_category_finds_nothing_to_count_by(three: list[str]) -> None:
    """Of reports of different subjects every stored column is alike, but random names, keys and their order."""
    sizes = sql("SELECT LENGTH(body), LENGTH(for_reporter), sender, day FROM citizen_entry")
    assert len(set(sizes)) == 1
    assert len(set(sql("SELECT day, kept, state, batch_id FROM citizen_report"))) == 1
    assert len(set(sql("SELECT LENGTH(sealed) FROM citizen_share"))) == 1
    columns = {column.name for table in TABLES for column in _columns(table)}
    assert not {name for name in columns if "subject" in name} - {"subject"}  # the chain's word for a line's name


def test_succeeds_counting_reports_by_day_state_and_size_class(three: list[str]) -> None:
    """Not promised: how many there are, on which day, with attachments, withdrawn, solved by their own word."""
    counted = sql("SELECT day, state, COUNT(*) FROM citizen_report GROUP BY day, state")
    assert [row[2] for row in counted] == [3]


def _details() -> dict[str, str]:
    return {"body": "0" * 64, "shares": "0" * 64, "sender": "reporter", "reporter": "0" * 64}


def _columns(table: str) -> list[object]:
    with connection.cursor() as cursor:
        return list(connection.introspection.get_table_description(cursor, table))


def _exchange_newest() -> None:
    """Other words in the last report, with a line of the chain that fits them."""
    from convive.committee.chain import canonical, digest
    from convive.voice.content import Content
    from convive.web.citizen import desk
    from convive.web.citizen.models import Deposit, Entry

    drop_triggers()
    custody = desk.custody()
    assert custody is not None
    entry = Entry.objects.get(pk=newest()[1])
    words = Content("report", {"what": "forged", "reporter": entry.report.reporter}).to_bytes()
    sealed = seal(words, name=entry.name, custodians=custody.keys, threshold=custody.threshold)
    sealed = dataclasses.replace(sealed, for_reporter=bytes(entry.for_reporter))
    sql("UPDATE citizen_entry SET body = %s WHERE name = %s", sealed.body, entry.name)
    for key, share in sealed.shares.items():
        sql("UPDATE citizen_share SET sealed = %s WHERE entry_id = %s AND key = %s", share, entry.name, key)
    line = Deposit.objects.get(pk=entry.deposit)
    told = json.loads(line.details) | {"body": sealed.body_digest, "shares": sealed.shares_digest}
    parts = {name: getattr(line, name) for name in ("number", "at", "by", "act", "subject", "reason")}
    details = canonical(told)
    mark = digest(line.previous, **parts, details=details)
    sql("UPDATE citizen_deposit SET details = %s, hash = %s WHERE number = %s", details, mark, line.number)


def _forget_newest() -> None:
    report, entry = newest()
    sql("DELETE FROM citizen_share WHERE entry_id = %s", entry)
    sql("DELETE FROM citizen_entry WHERE name = %s", entry)
    sql("DELETE FROM citizen_deposit WHERE subject = %s", f"{report}/{entry}")
    sql("DELETE FROM citizen_report WHERE name = %s", report)
