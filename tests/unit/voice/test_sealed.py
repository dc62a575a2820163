"""Sealing: who opens, who does not, and what a stolen copy shows."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convive.errors import VoiceError
from convive.voice import sealed
from convive.voice.custody import Custody
from convive.voice.key_file import OpenKey

WORDS = b"Cobran cupo en el mercado viejo"
CHEAP = sealed.Cost(1, 8 << 10)


def seal(custody: Custody, content: bytes = WORDS, **named: bytes) -> sealed.SealedEntry:
    return sealed.seal(content, name="n1", custodians=custody.keys, threshold=custody.threshold, **named)


def test_every_pair_of_five_custodians_opens_and_no_single_one(custody: Custody, keys: list[OpenKey]) -> None:
    entry = seal(custody)
    shares = [sealed.unseal_share(entry, key.secret) for key in keys]
    for pair in itertools.combinations(shares, 2):
        assert sealed.open_together(entry, name="n1", shares=pair) == WORDS
    for one in shares:
        with pytest.raises(VoiceError):
            sealed.open_together(entry, name="n1", shares=[one])
        with pytest.raises(VoiceError):
            sealed.open_together(entry, name="n1", shares=[one, one])


def test_three_of_five_means_that_no_pair_opens(custody: Custody, keys: list[OpenKey]) -> None:
    entry = sealed.seal(WORDS, name="n1", custodians=custody.keys, threshold=3)
    shares = [sealed.unseal_share(entry, key.secret) for key in keys]
    assert sealed.open_together(entry, name="n1", shares=shares[2:]) == WORDS
    for pair in itertools.combinations(shares, 2):
        with pytest.raises(VoiceError):
            sealed.open_together(entry, name="n1", shares=pair)


def test_a_key_that_is_no_custodians_has_no_share(custody: Custody) -> None:
    with pytest.raises(VoiceError):
        sealed.unseal_share(seal(custody), sealed.new_secret())


@pytest.mark.parametrize("part", ["body", "name", "share"])
def test_what_was_changed_does_not_open(custody: Custody, keys: list[OpenKey], part: str) -> None:
    entry = seal(custody)
    shares = [sealed.unseal_share(entry, key.secret) for key in keys[:2]]
    name = "n1"
    if part == "body":
        entry = dataclasses.replace(entry, body=entry.body[:-1] + bytes([entry.body[-1] ^ 1]))
    if part == "name":
        name = "n2"
    if part == "share":
        shares[0] = sealed.Share(shares[0].index, bytes(16))
    with pytest.raises(VoiceError):
        sealed.open_together(entry, name=name, shares=shares)


def test_a_lent_share_serves_one_custodian_and_one_entry(custody: Custody, keys: list[OpenKey]) -> None:
    ana, benito, carla = keys[:3]
    entry = seal(custody)
    lent = sealed.lend(sealed.unseal_share(entry, benito.secret), name="n1", lender=benito.secret, to=ana.custodian.key)
    taken = sealed.take_lent(lent, name="n1", lender=benito.custodian.key, secret=ana.secret)
    mine = sealed.unseal_share(entry, ana.secret)
    assert sealed.open_together(entry, name="n1", shares=[mine, taken]) == WORDS
    for lender, name, secret in (
        (benito.custodian.key, "n1", carla.secret),  # for another
        (benito.custodian.key, "n2", ana.secret),  # for another entry
        (carla.custodian.key, "n1", ana.secret),  # not from whom it says
    ):
        with pytest.raises(VoiceError):
            sealed.take_lent(lent, name=name, lender=lender, secret=secret)


def test_the_reporter_reads_answers_alone(custody: Custody) -> None:
    reporter = sealed.derive_reporter(b"12345678901", b"s" * 16, CHEAP)
    other = sealed.derive_reporter(b"12345678902", b"s" * 16, CHEAP)
    answer = seal(custody, reporter=reporter.public)
    assert sealed.open_as_reporter(answer, name="n1", reporter=reporter) == WORDS
    with pytest.raises(VoiceError):
        sealed.open_as_reporter(answer, name="n1", reporter=other)
    with pytest.raises(VoiceError):  # their own words are sealed to the custodians only
        sealed.open_as_reporter(seal(custody), name="n1", reporter=reporter)


def test_another_observatory_derives_another_reporter() -> None:
    one, other = (sealed.derive_reporter(b"12345678901", salt * 16, CHEAP) for salt in (b"a", b"b"))
    assert one.tag != other.tag
    assert one.secret != other.secret


def test_replacing_a_custodian_keeps_what_was_sealed_and_shuts_the_old_key_out(
    custody: Custody, keys: list[OpenKey]
) -> None:
    entry = seal(custody)
    fresh = sealed.new_secret()
    people = [*custody.keys[1:], sealed.public_of(fresh)]  # Ana leaves
    shares = [sealed.unseal_share(entry, key.secret) for key in keys[2:4]]
    anew = sealed.share_anew(entry, name="n1", shares=shares, custodians=people, threshold=2)
    assert anew.body == entry.body
    assert anew.body_digest == entry.body_digest
    assert anew.shares_digest != entry.shares_digest
    together = [sealed.unseal_share(anew, secret) for secret in (fresh, keys[4].secret)]
    assert sealed.open_together(anew, name="n1", shares=together) == WORDS
    with pytest.raises(VoiceError):
        sealed.unseal_share(anew, keys[0].secret)
    mixed = [sealed.unseal_share(entry, keys[0].secret), together[0]]
    with pytest.raises(VoiceError):  # an old share and a new one are of different polynomials
        sealed.open_together(anew, name="n1", shares=mixed)


@given(st.binary(max_size=3000))
def test_padding_comes_off_as_it_went_on(content: bytes) -> None:
    assert sealed.unpad(sealed.pad(content)) == content
    assert len(sealed.pad(content)) == sealed.CLASSES[0]


@pytest.mark.parametrize("size", [one + more for one in sealed.CLASSES[:-1] for more in (-1, 0, 1)])
def test_a_padded_entry_has_the_size_of_its_class(size: int) -> None:
    padded = sealed.pad(bytes(size))
    assert len(padded) == next(one for one in sealed.CLASSES if one > size)
    assert sealed.unpad(padded) == bytes(size)


def test_what_is_larger_than_the_largest_class_is_refused() -> None:
    with pytest.raises(VoiceError):
        sealed.pad(bytes(sealed.CLASSES[-1]))


def test_a_secret_key_opens_with_its_pass_phrase_alone() -> None:
    secret, salt = sealed.new_secret(), sealed.new_salt()
    locked = sealed.lock(secret, "cinco palabras al azar aquí", salt, CHEAP)
    assert sealed.unlock(locked, "cinco palabras al azar aquí", salt, CHEAP) == secret
    with pytest.raises(VoiceError):
        sealed.unlock(locked, "cinco palabras al azar allí", salt, CHEAP)
    assert secret not in locked


def test_a_ticket_holds_for_its_time_and_in_its_process() -> None:
    visits = sealed.Visits(60)
    ticket = visits.ticket(b"receipt", 1000)
    assert visits.held(ticket, 1059) == b"receipt"
    assert visits.held(ticket, 1061) is None
    assert visits.held(ticket, 999) is None
    assert visits.held("00", 1000) is None
    assert visits.held("ñ", 1000) is None
    assert sealed.Visits(60).held(ticket, 1000) is None


def test_what_is_held_in_memory_does_not_show_itself_when_printed(keys: list[OpenKey], custody: Custody) -> None:
    share = sealed.unseal_share(seal(custody), keys[0].secret)
    assert share.value.hex() not in repr(share)
    assert str(share.value) not in repr(share)
    assert str(keys[0].secret) not in repr(keys[0])
