"""The chain of the log: what was edited, cut or moved is named."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convive.committee.chain import FIRST, Entry, Head, canonical, digest, following, verify

AT = dt.datetime(2024, 5, 3, 14, 0, tzinfo=dt.UTC)


def chain(length: int) -> list[Entry]:
    entries: list[Entry] = []
    for number in range(length):
        last = entries[-1] if entries else None
        entries.append(following(last, at=AT, by="ana", act="agreement.made", subject=str(number)))
    return entries


def codes(entries: list[Entry], *heads: Head) -> list[tuple[str, int | None]]:
    return [(problem.code, problem.row) for problem in verify(entries, heads).problems]


def test_a_line_hashes_as_the_manual_says() -> None:
    """SHA-256 of a JSON list, computed once with another program (``printf … | sha256sum``)."""
    told = {"number": 1, "at": AT, "by": "ana", "act": "agreement.made", "subject": "ñ", "reason": "", "details": "{}"}
    assert digest(FIRST, **told) == "16f46cae42ab121c6e76acec2f0ef54d7afa26d2aa8353325f2e4fa3d829af0e"


def test_a_whole_chain_has_its_head() -> None:
    entries = chain(5)
    found = verify(entries, [Head(3, entries[2].hash)])
    assert (found.lines, found.head, found.problems) == (5, Head(5, entries[-1].hash), ())
    assert verify([]).head is None


@pytest.mark.parametrize("name", [field.name for field in fields(Entry)])
def test_a_line_edited_anywhere_is_named(name: str) -> None:
    entries = chain(5)
    other = {"number": 9, "at": AT + dt.timedelta(microseconds=1)}.get(name, "x" * 64)
    entries[2] = replace(entries[2], **{name: other})
    assert 3 in {row for _, row in codes(entries)} or name == "number"
    assert codes(entries)


def test_a_line_edited_and_hashed_anew_no_longer_binds_the_next() -> None:
    entries = chain(4)
    edited = following(entries[0], at=AT, by="ana", act="agreement.made", subject="another")
    assert codes([entries[0], edited, *entries[2:]]) == [("journal-unbound", 3)]


def test_lines_cut_from_the_middle_or_the_beginning_are_named() -> None:
    entries = chain(6)
    assert codes([*entries[:2], *entries[4:]]) == [("journal-cut", 5)]
    assert codes(entries[2:]) == [("journal-cut", 3)]


def test_lines_that_changed_places_are_named() -> None:
    entries = chain(4)
    entries[1], entries[2] = entries[2], entries[1]
    assert ("journal-moved", 2) in codes(entries)


def test_an_end_cut_off_shows_against_a_printed_head() -> None:
    entries = chain(4)
    assert codes(entries[:3]) == []
    assert codes(entries[:3], Head(4, entries[3].hash)) == [("journal-head-missing", 4)]
    assert codes(entries, Head(4, "0" * 64)) == [("journal-head-differs", 4)]


@given(st.lists(st.text(max_size=30), min_size=1, max_size=8), st.data())
def test_no_single_change_goes_unseen(subjects: list[str], data: st.DataObject) -> None:
    entries: list[Entry] = []
    for subject in subjects:
        told = canonical({"said": subject.encode(errors="replace").decode()})
        entries.append(following(entries[-1] if entries else None, at=AT, by="a", act="b.c", subject="s", details=told))
    head = Head(entries[-1].number, entries[-1].hash)
    at = data.draw(st.integers(0, len(entries) - 1))
    what = data.draw(st.sampled_from(["cut", "edit", "twice"]))
    if what == "cut":
        changed = entries[:at] + entries[at + 1 :]
    elif what == "edit":
        changed = [*entries[:at], replace(entries[at], by="z"), *entries[at + 1 :]]
    else:
        changed = [*entries[: at + 1], *entries[at:]]
    assert verify(changed, [head]).problems


def test_a_head_is_read_as_it_is_printed() -> None:
    head = Head(12, "ab" * 32)
    assert Head.parse(f" {head}\n") == head
    assert Head.parse("12:xyz") is None
    assert Head.parse(f"0:{'a' * 64}") is None


def test_a_time_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        following(None, at=AT.replace(tzinfo=None), by="a", act="b", subject="c")
