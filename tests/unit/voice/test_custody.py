"""The record of custody, key files, and what custodians do on their own side."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import pytest

from convive.errors import VoiceError
from convive.voice import custodian, key_file
from convive.voice.bundles import Bundle
from convive.voice.content import Attachment, Content
from convive.voice.custody import Custodian, Custody
from convive.voice.key_file import OpenKey
from convive.voice.sealed import (
    Cost,
    SealedEntry,
    derive_reporter,
    is_signed,
    new_secret,
    open_as_reporter,
    public_of,
    seal,
    sign,
)

DAY = dt.date(2026, 11, 28)
PHRASE = "marea loza quince tambor río"
CHEAP = Cost(1, 8 << 10)
CONTENT = Content(
    "report",
    {"what": "Pagué al 900 111 222", "subject": "extortion"},
    (Attachment("1.jpg", "image/jpeg", b"\xff\n\x00"),),
)


@pytest.fixture
def report(custody: Custody) -> Bundle:
    reporter = derive_reporter(b"12345678901", b"s" * 16, CHEAP)
    entry = seal(CONTENT.to_bytes(), name="e1", custodians=custody.keys, threshold=2, report="r1")
    return Bundle(
        "report", "o1", "r1", custody.keys[0], reporter=reporter.public.hex(), entries={"e1": entry}, custody=custody
    )


def test_a_record_comes_back_as_it_was_written(custody: Custody, tmp_path: Path) -> None:
    custody.write(tmp_path)
    assert Custody.read(tmp_path) == custody
    assert Custody.read(tmp_path / "none") is None
    assert custody.fingerprint == custody.shown_fingerprint.replace(" ", "")


def test_a_record_holds_no_secret(custody: Custody, keys: list[OpenKey]) -> None:
    for key in keys:
        assert key.secret.hex().encode() not in custody.text


@pytest.mark.parametrize(
    ("threshold", "seats"),
    [(1, "ABCDE"), (6, "ABCDE"), (2, "AABCD"), (3, "AAABC")],
    ids=["one alone", "more than there are", "two of one institution", "three of one institution"],
)
def test_a_custody_that_protects_nobody_is_refused(keys: list[OpenKey], threshold: int, seats: str) -> None:
    people = [dataclasses.replace(key.custodian, institution=seat) for key, seat in zip(keys, seats, strict=True)]
    with pytest.raises(VoiceError) as refused:
        Custody.found(custodians=people, threshold=threshold, since=DAY)
    assert refused.value.problems[0].code == "custody-impossible"


def test_one_key_does_not_sit_twice(keys: list[OpenKey]) -> None:
    twice = dataclasses.replace(keys[1].custodian, key=keys[0].custodian.key)
    with pytest.raises(VoiceError):
        Custody.found(custodians=[keys[0].custodian, twice], threshold=2, since=DAY)


def test_a_mangled_record_is_told(custody: Custody, tmp_path: Path) -> None:
    for text in (b"", b"{}", custody.text.replace(b'"threshold": 2', b'"threshold": 1')):
        with pytest.raises(VoiceError):
            Custody.parse(text)


def test_a_key_file_is_its_owners_alone_and_opens_with_the_phrase(tmp_path: Path) -> None:
    path = tmp_path / "ana.key"
    made = key_file.make(path, name="Ana", institution="Defensoría", pass_phrase=PHRASE, cost=CHEAP)
    assert path.stat().st_mode & 0o777 == 0o600
    opened = key_file.unlock_file(path.read_bytes(), PHRASE)
    assert opened.custodian == made
    assert public_of(opened.secret) == made.key
    assert opened.secret.hex() not in path.read_text("utf-8")
    with pytest.raises(VoiceError):
        key_file.unlock_file(path.read_bytes(), PHRASE + "x")
    with pytest.raises(VoiceError):
        key_file.make(tmp_path / "b.key", name="B", institution="x", pass_phrase="corta", cost=CHEAP)
    with pytest.raises(FileExistsError):
        key_file.make(path, name="Ana", institution="Defensoría", pass_phrase=PHRASE, cost=CHEAP)
    (tmp_path / "card").write_bytes(key_file.card(made))
    assert key_file.read_card(tmp_path / "card") == made
    assert "locked" not in json.loads(key_file.card(made))


def test_pass_phrases_cost_what_libsodium_calls_moderate_where_nothing_else_is_asked() -> None:
    assert Cost(3, 256 << 20) == key_file.PASS_PHRASE_COST


def test_a_changed_record_is_not_taken_in_silence(custody: Custody, keys: list[OpenKey], tmp_path: Path) -> None:
    path = tmp_path / "ana.key"
    key_file.check_pinned(path, custody)
    key_file.check_pinned(path, custody)
    stranger = Custodian("Admin", "Sistemas", public_of(new_secret()))
    other = custody.replaced(leaves="Elio", joins=stranger, since=DAY)
    with pytest.raises(VoiceError) as refused:
        key_file.check_pinned(path, other)
    assert refused.value.problems[0].code == "custody-changed"
    key_file.check_pinned(path, other, accept=other.shown_fingerprint.upper())
    key_file.check_pinned(path, other)


def test_no_share_is_lent_to_who_is_no_custodian(report: Bundle, keys: list[OpenKey]) -> None:
    asked = dataclasses.replace(report, stage="request", asked_by=public_of(new_secret()))
    with pytest.raises(VoiceError) as refused:
        custodian.lend_shares(asked, keys[1])
    assert refused.value.problems[0].code == "asked-by-stranger"


def test_no_share_of_one_report_is_lent_in_the_name_of_another(
    report: Bundle, custody: Custody, keys: list[OpenKey]
) -> None:
    """Ana and whoever runs the office would have one report opened, and the other's reporter read of it. What a share
    is of stays with it when a custodian is replaced."""
    asked = dataclasses.replace(report, stage="request", report="r2")
    with pytest.raises(VoiceError) as refused:
        custodian.lend_shares(asked, keys[1])
    assert refused.value.problems[0].code == "share-of-another"
    joined = custody.replaced(leaves="Elio", joins=Custodian("Flor", "Prensa", public_of(new_secret())), since=DAY)
    anew = custodian.replace(custody, joined, report.entries, keys[:2]).entries
    later = dataclasses.replace(report, stage="request", entries=anew, custody=joined)
    assert custodian.lend_shares(later, keys[1]).loans
    with pytest.raises(VoiceError):
        custodian.lend_shares(dataclasses.replace(later, report="r2"), keys[1])


def test_ana_opens_with_what_benito_lends_and_not_without(report: Bundle, keys: list[OpenKey]) -> None:
    with pytest.raises(VoiceError):
        custodian.open_report(report, keys[:1])
    request = dataclasses.replace(
        report,
        stage="request",
        entries={name: dataclasses.replace(one, body=b"") for name, one in report.entries.items()},
    )
    loan = Bundle.from_bytes(
        custodian.lend_shares(Bundle.from_bytes(request.to_bytes(), "request"), keys[1]).to_bytes(), "loan"
    )
    with_loan = dataclasses.replace(report, loans={loan.lender: loan.loans[""]})
    opened = custodian.open_report(Bundle.from_bytes(with_loan.to_bytes(), "report"), keys[:1])
    assert opened.contents == {"e1": CONTENT}
    with pytest.raises(VoiceError):  # the loan serves nobody else
        custodian.open_report(with_loan, keys[2:3])


def test_two_at_one_table_open_without_a_loan(report: Bundle, keys: list[OpenKey]) -> None:
    assert custodian.open_report(report, keys[3:5]).contents == {"e1": CONTENT}


def test_answers_and_what_was_forwarded_reach_the_reporter_and_not_the_office(
    report: Bundle, keys: list[OpenKey]
) -> None:
    reporter = derive_reporter(b"12345678901", b"s" * 16, CHEAP)
    opened = custodian.open_report(report, keys[:2])
    sent = custodian.forward(opened, words="Cobran cupo en […]", body="Fiscalía", answer_by=dt.date(2026, 12, 28))
    for reply in (custodian.answer(opened, "La leímos juntas"), sent):
        packed = reply.to_bytes()
        assert b"cupo" not in packed
        assert "leímos".encode() not in packed
        name, entry = next(iter(Bundle.from_bytes(packed, "reply").entries.items()))
        told = Content.from_bytes(open_as_reporter(entry, name=name, reporter=reporter))
        assert told.fields["what"] in ("La leímos juntas", "Cobran cupo en […]")
        again = dataclasses.replace(report, entries={name: entry})
        assert custodian.open_report(again, keys[2:4]).contents[name] == told
    assert Bundle.from_bytes(sent.to_bytes()).forwarded == sent.forwarded


def test_replacing_one_needs_k_keys_and_loses_nothing(report: Bundle, custody: Custody, keys: list[OpenKey]) -> None:
    secret = new_secret()
    fresh = OpenKey(Custodian("Flor", "Municipalidad", public_of(secret)), secret)
    joined = custody.replaced(leaves="Ana", joins=fresh.custodian, since=DAY)
    assert (joined.generation, joined.previous, joined.salt) == (2, custody.fingerprint, custody.salt)
    with pytest.raises(VoiceError):
        custodian.replace(custody, joined, report.entries, keys[1:2])
    anew = custodian.replace(custody, joined, report.entries, keys[1:3])
    later = dataclasses.replace(report, entries=anew.entries, custody=joined)
    assert custodian.open_report(later, [fresh, keys[4]]).contents == {"e1": CONTENT}
    with pytest.raises(VoiceError):
        custodian.open_report(later, [keys[0], keys[4]])


def test_a_replacement_is_signed_by_k_and_serves_for_nothing_else(
    report: Bundle, custody: Custody, keys: list[OpenKey]
) -> None:
    joined = custody.replaced(
        leaves="Ana", joins=Custodian("Flor", "Municipalidad", public_of(new_secret())), since=DAY
    )
    made = Bundle.from_bytes(custodian.replace(custody, joined, report.entries, keys[1:3]).to_bytes())
    shares = {name: one.shares_digest for name, one in made.entries.items()}
    assert joined.may_follow(custody, shares, made.consents)
    assert not joined.may_follow(custody, shares, dict(list(made.consents.items())[:1]))
    assert not joined.may_follow(custody, shares | {"e1": "0" * 64}, made.consents)
    for other in (
        custody.replaced(leaves="Benito", joins=joined.custodians[0], since=DAY),
        dataclasses.replace(joined, salt="00" * 16),
        dataclasses.replace(joined, threshold=3),
        dataclasses.replace(joined, generation=3),
    ):
        assert not other.may_follow(custody, shares, made.consents)
    # Even signed by all, a record that changes more than one custodian does not follow.
    two = joined.replaced(leaves="Benito", joins=Custodian("Gil", "Prensa", public_of(new_secret())), since=DAY)
    two = dataclasses.replace(two, generation=2, previous=custody.fingerprint)
    consents = {key.custodian.key: sign(two.replacement(shares), key.secret) for key in keys}
    assert not two.may_follow(custody, shares, consents)


def test_what_signs_is_no_key_that_shares_are_sealed_to(keys: list[OpenKey]) -> None:
    key = keys[0]
    signed = sign(b"told", key.secret)
    assert is_signed(b"told", signed, key.custodian.sign)
    assert not is_signed(b"told", signed, key.custodian.key)
    assert not is_signed(b"other", signed, key.custodian.sign)
    assert not any(is_signed(b"told", text, key.custodian.sign) for text in ("", "zz", "00" * 64))
    assert not is_signed(b"told", signed, "")


def test_a_record_from_before_signatures_keeps_its_fingerprint(custody: Custody) -> None:
    table = json.loads(custody.text)
    for one in table["custodians"]:
        del one["sign"]
    text = json.dumps(table, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
    assert Custody.parse(text).text == text


def test_a_drill_tells_a_share_that_is_gone(report: Bundle, custody: Custody, keys: list[OpenKey]) -> None:
    assert custodian.drill(custody, report.entries, keys[:2]).passed
    assert custodian.drill(custody, report.entries, keys).passed
    assert not custodian.drill(custody, report.entries, keys[:1]).passed
    broken = dict(report.entries["e1"].shares) | {keys[0].custodian.key: bytes(65)}
    entries = {"e1": SealedEntry(report.entries["e1"].body, broken)}
    found = custodian.drill(custody, entries, keys[:2])
    assert not found.passed
    assert found.held == {"Ana": 0, "Benito": 1}


@pytest.mark.parametrize("place", range(5))
def test_a_drill_tells_a_share_that_somebody_put_in(
    report: Bundle, custody: Custody, keys: list[OpenKey], place: int
) -> None:
    """Sealed to the right key it looks like any other; only together with others it shows."""
    other = seal(b"other", name="e1", custodians=custody.keys, threshold=2)
    entry, key = report.entries["e1"], custody.keys[place]
    mixed = SealedEntry(entry.body, dict(entry.shares) | {key: other.shares[key]})
    found = custodian.drill(custody, {"e1": mixed}, keys)
    assert set(found.held.values()) == {1}
    assert found.came_back == 0
    assert not found.passed


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b'{"convive_custody_bundle": 2}', b"\xff\x00"])
def test_a_file_that_is_no_bundle_is_told(text: bytes) -> None:
    with pytest.raises(VoiceError):
        Bundle.from_bytes(text)


def test_what_is_opened_does_not_show_itself_when_printed(report: Bundle, keys: list[OpenKey]) -> None:
    opened = custodian.open_report(report, keys[:2])
    assert "Pagué" not in repr(opened)
    assert "Pagué" not in repr(CONTENT)
