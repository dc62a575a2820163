"""A custodian's key as a file on the custodian's own side: the secret under a pass phrase, and the card without it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from convive.errors import Problem, VoiceError
from convive.voice.custody import Custodian, Custody
from convive.voice.sealed import PASS_PHRASE_COST, Cost, lock, new_salt, new_secret, public_of, signing_key_of, unlock

LEAST_SIGNS = 20
VERSION = 1


@dataclass(frozen=True)
class OpenKey:
    """A custodian with their secret key, in memory alone."""

    custodian: Custodian
    secret: bytes

    def __repr__(self) -> str:
        return f"OpenKey({self.custodian.name})"


def make(path: Path, *, name: str, institution: str, pass_phrase: str, cost: Cost = PASS_PHRASE_COST) -> Custodian:
    """Make a key and write it to ``path``, readable by its owner alone; gives the card that the others may see.

    Raises :class:`VoiceError` for a short pass phrase and ``FileExistsError`` where ``path`` exists.
    """
    if len(pass_phrase) < LEAST_SIGNS:
        raise VoiceError(Problem("weak-pass-phrase"))
    secret, salt = new_secret(), new_salt()
    custodian = Custodian(name, institution, public_of(secret), signing_key_of(secret))
    table = {
        "convive_custodian_key": VERSION,
        "name": name,
        "institution": institution,
        "key": custodian.key,
        "sign": custodian.sign,
        "passes": cost.passes,
        "memory": cost.memory,
        "salt": salt.hex(),
        "locked": lock(secret, pass_phrase, salt, cost).hex(),
    }
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(table, file, ensure_ascii=False, indent=1)
    return custodian


def unlock_file(text: bytes, pass_phrase: str, file: str = "") -> OpenKey:
    """The key that the bytes of a key file hold."""
    try:
        table = json.loads(text)
        custodian = _custodian(table)
        cost = Cost(int(table["passes"]), int(table["memory"]))
        locked, salt = bytes.fromhex(table["locked"]), bytes.fromhex(table["salt"])
    except (ValueError, KeyError, TypeError):
        raise VoiceError(Problem("key-file-unreadable", file=file)) from None
    return OpenKey(custodian, unlock(locked, pass_phrase, salt, cost))


def check_pinned(path: Path, custody: Custody, accept: str = "") -> None:
    """Compare ``custody`` with the record that the owner of the key at ``path`` knows (``PATH.custody``).

    A first record is kept; a changed one only where ``accept`` is its fingerprint, as the custodians tell each other.
    Raises :class:`VoiceError` otherwise: a record exchanged by the office would send shares into wrong hands.
    """
    pin = path.with_name(f"{path.name}.custody")
    known = pin.read_text("utf-8").strip() if pin.is_file() else ""
    if known == custody.fingerprint:
        return
    if known and "".join(accept.split()).lower() != custody.fingerprint:
        raise VoiceError(Problem("custody-changed", file=path.name, value=custody.shown_fingerprint))
    pin.write_text(f"{custody.fingerprint}\n", "utf-8")


def card(custodian: Custodian) -> bytes:
    """What the others may see of a key."""
    return json.dumps({"convive_custodian": VERSION} | custodian.table, ensure_ascii=False, indent=1).encode() + b"\n"


def read_card(path: Path) -> Custodian:
    """The custodian of a card, or of a key file: its secret is not touched."""
    try:
        return _custodian(json.loads(path.read_bytes()))
    except (ValueError, KeyError, TypeError, OSError):
        raise VoiceError(Problem("key-file-unreadable", file=path.name)) from None


def _custodian(table: Mapping[str, str]) -> Custodian:
    return Custodian(table["name"], table["institution"], table["key"], table["sign"])
