"""All the cryptography of sealed reports, in one file. Nothing here is of our making: libsodium (through PyNaCl) seals,
pads, derives and hashes, PyCryptodome shares secrets.

An entry (a report, something added to it, an answer) is sealed like this::

    seed             16 random bytes, for this entry alone
    key              = BLAKE2b(seed)
    body             = XChaCha20-Poly1305(key, padded text and attachments; bound to the entry's name)
    shares           = Shamir(seed, k of n), each share sealed to one custodian's X25519 key
    for_reporter     = of an answer: the seed sealed to the key that the receipt derives;
                       of what the reporter sent: BLAKE2b(body and name; keyed by what the receipt derives), by which
                       whoever has the receipt, and nobody else, knows it for what was sent

There is no master key: nothing exists whose loss or theft opens all reports, and a custodian who lends a share lends it
for one entry. Why so: ``docs/decisions/0005-shares-of-each-report.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from Crypto.Protocol.SecretSharing import Shamir
from nacl import bindings, pwhash, utils
from nacl import hash as digests
from nacl.encoding import RawEncoder
from nacl.exceptions import CryptoError
from nacl.public import Box, PrivateKey, PublicKey, SealedBox
from nacl.secret import Aead, SecretBox
from nacl.signing import SigningKey, VerifyKey

from convive.errors import Problem, VoiceError

SEED_BYTES = 16
SALT_BYTES = pwhash.argon2id.SALTBYTES
RECEIPT_BYTES = 11
"""88 bits: what a receipt is worth."""

CLASSES = (32_768, 262_144, 1_048_576, 4_194_304)
"""Sizes in bytes that a padded entry can have. A report without attachments is always of the first."""

_ENTRY, _COMMITMENT, _BODY = b"convive entry 1", b"convive commit1", b"convive body 1"
_SIGNING, _PROOF = b"convive sign 1", b"convive proof 1"

_PROOF_BYTES = 32


@dataclass(frozen=True)
class Cost:
    """What one derivation by Argon2id costs: passes over ``memory`` bytes."""

    passes: int
    memory: int


RECEIPT_COST = Cost(3, 32 << 20)
"""A receipt is 88 random bits: the cost slows robots at the door; what protects the database is the receipt itself."""

PASS_PHRASE_COST = Cost(pwhash.argon2id.OPSLIMIT_MODERATE, pwhash.argon2id.MEMLIMIT_MODERATE)
"""A pass phrase is chosen by a person: 3 passes over 256 MB (libsodium's MODERATE) for each guess."""


@dataclass(frozen=True)
class Reporter:
    """What a receipt derives: the ``tag`` under which the report is found, and the ``secret`` that opens answers."""

    tag: bytes
    secret: bytes

    @property
    def public(self) -> bytes:
        return bytes(PrivateKey(self.secret).public_key)


@dataclass(frozen=True)
class SealedEntry:
    """What is stored of an entry; ``shares``: custodian's key (hexadecimal) → sealed share."""

    body: bytes
    shares: Mapping[str, bytes]
    for_reporter: bytes = b""

    @property
    def body_digest(self) -> str:
        return _digest(_BODY, self.body)

    @property
    def shares_digest(self) -> str:
        """Digest of all that can open the body; it changes where custodians are replaced."""
        parts = [self.for_reporter]
        for key in sorted(self.shares):
            parts += [key.encode(), self.shares[key]]
        return _digest(_COMMITMENT, b"".join(len(part).to_bytes(8, "big") + part for part in parts))


@dataclass(frozen=True)
class Share:
    """One custodian's part of an entry's seed, in the clear: it lives in memory alone. ``report``: whose entry it is,
    as was sealed with it."""

    index: int
    value: bytes
    report: str = ""

    def __repr__(self) -> str:
        return f"Share({self.index})"


def new_receipt() -> bytes:
    return utils.random(RECEIPT_BYTES)


def new_salt() -> bytes:
    return utils.random(SALT_BYTES)


def new_name() -> str:
    """A name for a report or an entry: 64 random bits, hexadecimal. It says nothing of when or from whom."""
    return utils.random(8).hex()


def derive_reporter(receipt: bytes, salt: bytes, cost: Cost = RECEIPT_COST) -> Reporter:
    """Argon2id(receipt, salt of the observatory) → tag and secret."""
    both = pwhash.argon2id.kdf(64, receipt, salt, opslimit=cost.passes, memlimit=cost.memory)
    return Reporter(both[:32], both[32:])


def seal(
    content: bytes,
    *,
    name: str,
    custodians: Sequence[str],
    threshold: int,
    report: str = "",
    reporter: bytes | None = None,
    author: Reporter | None = None,
) -> SealedEntry:
    """Seal ``content`` so that ``threshold`` of the ``custodians`` (public keys, hexadecimal) open it together, and
    where ``reporter`` (a public key) is given, its holder too. What an ``author`` sent is told by the receipt from
    what somebody else put in its place.

    ``name`` is bound in: a body put under another name does not open; the name of the ``report`` is sealed with each
    share, so that who lends one knows for which report. Raises :class:`VoiceError` where the content is
    larger than the largest class.
    """
    seed = utils.random(SEED_BYTES)
    body = bytes(Aead(_key(seed)).encrypt(pad(content), aad=name.encode()))
    for_reporter = _to(reporter, seed) if reporter else _proof(body, name, author) if author else b""
    return SealedEntry(body, _share_out(seed, custodians, threshold, report), for_reporter)


def is_of_author(body: bytes, proof: bytes, *, name: str, author: Reporter) -> bool:
    """Whether ``body`` is what the owner of the receipt sent under ``name``."""
    return len(proof) == _PROOF_BYTES and bool(bindings.sodium_memcmp(_proof(body, name, author), proof))


def open_as_reporter(entry: SealedEntry, *, name: str, reporter: Reporter) -> bytes:
    """The content of an answer; raises :class:`VoiceError` where it was not sealed to this reporter or was changed."""
    try:
        return _open_body(entry, name, SealedBox(PrivateKey(reporter.secret)).decrypt(entry.for_reporter))
    except CryptoError:
        raise VoiceError(Problem("does-not-open", value=name)) from None


def unseal_share(entry: SealedEntry, secret: bytes) -> Share:
    """A custodian's own share of an entry; raises :class:`VoiceError` where there is none for this key."""
    mine = PrivateKey(secret)
    sealed = entry.shares.get(bytes(mine.public_key).hex(), b"")
    try:
        plain = SealedBox(mine).decrypt(sealed)
        return Share(plain[0], plain[1 : 1 + SEED_BYTES], plain[1 + SEED_BYTES :].decode())
    except (CryptoError, ValueError, TypeError, IndexError):
        raise VoiceError(Problem("no-share-for-key")) from None


def lend(share: Share, *, name: str, lender: bytes, to: str) -> bytes:
    """A share for the custodian with the public key ``to`` and nobody else, authenticated by the ``lender``'s key."""
    box = Box(PrivateKey(lender), PublicKey(bytes.fromhex(to)))
    return bytes(box.encrypt(bytes([share.index]) + share.value + name.encode()))


def take_lent(lent: bytes, *, name: str, lender: str, secret: bytes) -> Share:
    """A share that the custodian with public key ``lender`` lent for the entry ``name``."""
    try:
        plain = Box(PrivateKey(secret), PublicKey(bytes.fromhex(lender))).decrypt(lent)
    except (CryptoError, ValueError, TypeError):
        raise VoiceError(Problem("lent-share-misfit", value=name)) from None
    if plain[1 + SEED_BYTES :] != name.encode():
        raise VoiceError(Problem("lent-share-misfit", value=name))
    return Share(plain[0], plain[1 : 1 + SEED_BYTES])


def open_together(entry: SealedEntry, *, name: str, shares: Sequence[Share]) -> bytes:
    """The content, by the shares of k custodians or more; raises :class:`VoiceError` where they are too few."""
    try:
        return _open_body(entry, name, _combine(shares))
    except CryptoError:
        raise VoiceError(Problem("does-not-open", value=name)) from None


def share_anew(
    entry: SealedEntry, *, name: str, shares: Sequence[Share], custodians: Sequence[str], threshold: int
) -> SealedEntry:
    """The same body with fresh shares for other ``custodians``: how one is replaced. The content stays sealed."""
    seed = _combine(shares)
    try:
        Aead(_key(seed)).decrypt(entry.body, aad=name.encode())
    except CryptoError:
        raise VoiceError(Problem("does-not-open", value=name)) from None
    reports = {share.report for share in shares}
    if len(reports) != 1:
        raise VoiceError(Problem("does-not-open", value=name))
    return SealedEntry(entry.body, _share_out(seed, custodians, threshold, reports.pop()), entry.for_reporter)


def pad(content: bytes) -> bytes:
    """``content`` padded (ISO/IEC 7816-4) to the smallest class that holds it."""
    for size in CLASSES:
        if len(content) < size:
            return bytes(bindings.sodium_pad(content, size))
    raise VoiceError(Problem("entry-too-large", values={"most": CLASSES[-1]}))


def unpad(padded: bytes) -> bytes:
    return bytes(bindings.sodium_unpad(padded, len(padded)))


def new_secret() -> bytes:
    """A custodian's secret key."""
    return bytes(PrivateKey.generate())


def public_of(secret: bytes) -> str:
    """The public key of a secret one, hexadecimal."""
    return bytes(PrivateKey(secret).public_key).hex()


def signing_key_of(secret: bytes) -> str:
    """The public key under which a custodian's signatures are checked, hexadecimal. It is no key that shares are sealed
    to: what signs and what opens are two keys of one secret."""
    return bytes(_signing(secret).verify_key).hex()


def sign(text: bytes, secret: bytes) -> str:
    """A custodian's signature (Ed25519) of ``text``, hexadecimal."""
    return _signing(secret).sign(text).signature.hex()


def is_signed(text: bytes, signature: str, signing_key: str) -> bool:
    """Whether ``signature`` is that of ``text`` by the owner of ``signing_key``; a blank key signs nothing."""
    try:
        VerifyKey(bytes.fromhex(signing_key)).verify(text, bytes.fromhex(signature))
    except (CryptoError, ValueError, TypeError):
        return False
    return True


def lock(secret: bytes, pass_phrase: str, salt: bytes, cost: Cost) -> bytes:
    """A secret key under a pass phrase: Argon2id, XSalsa20-Poly1305."""
    return bytes(SecretBox(_pass_key(pass_phrase, salt, cost)).encrypt(secret))


def unlock(locked: bytes, pass_phrase: str, salt: bytes, cost: Cost) -> bytes:
    """Raises :class:`VoiceError` for a wrong pass phrase."""
    try:
        return bytes(SecretBox(_pass_key(pass_phrase, salt, cost)).decrypt(locked))
    except CryptoError:
        raise VoiceError(Problem("wrong-pass-phrase")) from None


def fingerprint(text: bytes) -> str:
    """Thirty-two hexadecimal digits by which people compare a record over the telephone or on paper."""
    return _digest(_COMMITMENT, text)[:32]


class Visits:
    """Tickets by which a page carries what a form needs to the next page, without cookie or session: sealed with a key
    that lives in this process alone, and good for ``seconds``."""

    def __init__(self, seconds: int) -> None:
        self._box = SecretBox(utils.random(SecretBox.KEY_SIZE))
        self._seconds = seconds

    def ticket(self, held: bytes, now: float) -> str:
        return self._box.encrypt(int(now).to_bytes(8, "big") + held).hex()

    def held(self, ticket: str, now: float) -> bytes | None:
        """What the ticket holds; None where it is not ours or has ended."""
        try:
            plain = self._box.decrypt(bytes.fromhex(ticket))
        except (CryptoError, ValueError, TypeError):
            return None
        age = int(now) - int.from_bytes(plain[:8], "big")
        return plain[8:] if 0 <= age <= self._seconds else None


def _key(seed: bytes) -> bytes:
    return bytes(digests.blake2b(seed, digest_size=Aead.KEY_SIZE, person=_ENTRY, encoder=RawEncoder))


def _proof(body: bytes, name: str, author: Reporter) -> bytes:
    told = name.encode() + b"\0" + body
    return bytes(digests.blake2b(told, digest_size=_PROOF_BYTES, key=author.secret, person=_PROOF, encoder=RawEncoder))


def _digest(purpose: bytes, text: bytes) -> str:
    return str(digests.blake2b(text, digest_size=32, person=purpose).decode())


def _signing(secret: bytes) -> SigningKey:
    seed = digests.blake2b(secret, digest_size=32, person=_SIGNING, encoder=RawEncoder)
    return SigningKey(bytes(seed))


def _share_out(seed: bytes, custodians: Sequence[str], threshold: int, report: str) -> dict[str, bytes]:
    shares = Shamir.split(threshold, len(custodians), seed)
    return {
        key: _to(bytes.fromhex(key), bytes([index]) + value + report.encode())
        for key, (index, value) in zip(custodians, shares, strict=True)
    }


def _to(public: bytes, plain: bytes) -> bytes:
    return bytes(SealedBox(PublicKey(public)).encrypt(plain))


def _combine(shares: Sequence[Share]) -> bytes:
    different = {share.index: share for share in shares}
    if len(different) < 2:
        raise VoiceError(Problem("too-few-shares", values={"there": len(different)}))
    return bytes(Shamir.combine([(one.index, one.value) for one in different.values()]))


def _open_body(entry: SealedEntry, name: str, seed: bytes) -> bytes:
    return unpad(bytes(Aead(_key(seed)).decrypt(entry.body, aad=name.encode())))


def _pass_key(pass_phrase: str, salt: bytes, cost: Cost) -> bytes:
    size = SecretBox.KEY_SIZE
    return bytes(pwhash.argon2id.kdf(size, pass_phrase.encode(), salt, opslimit=cost.passes, memlimit=cost.memory))
