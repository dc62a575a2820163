"""The files that go between the office and the custodians' own machines. Nothing in them is in the clear.

::

    office    ── request ──▶  a custodian who is asked       sealed shares of one report, and who wants to open it
    custodian ── loan ─────▶  office                         these shares for the asking custodian alone
    office    ── report ───▶  the custodian who asked        bodies, shares, loans
    custodian ── reply ────▶  office                         an answer, or what was forwarded; sealed again
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from convive.errors import Problem, VoiceError
from convive.voice.custody import Custody
from convive.voice.sealed import SealedEntry

Stage = Literal["request", "loan", "report", "reply"]
VERSION = 1
ALL = "all"
"""What a bundle of every report calls its opening."""


@dataclass(frozen=True)
class Bundle:
    """One file. ``opening`` and ``report`` are the names under which the office knows both.

    ``asked_by``: public key of who opens. ``lender``: public key of who lent. ``entries``: name → what is sealed; in a
    request without bodies. ``loans``: lender's key → entry → lent share. ``about``: sender and day
    of each entry. ``consents``: of a replacement, key of a custodian of before → signature.
    """

    stage: Stage
    opening: str
    report: str
    asked_by: str = ""
    reason: str = ""
    lender: str = ""
    reporter: str = ""
    entries: Mapping[str, SealedEntry] | None = None
    loans: Mapping[str, Mapping[str, bytes]] | None = None
    about: Mapping[str, str] | None = None
    custody: Custody | None = None
    forwarded: Forwarded | None = None
    consents: Mapping[str, str] | None = None

    def to_bytes(self) -> bytes:
        table: dict[str, Any] = {"convive_custody_bundle": VERSION, "stage": self.stage}
        for name in ("opening", "report", "asked_by", "reason", "lender", "reporter"):
            table[name] = getattr(self, name)
        table["entries"] = {name: _packed(entry) for name, entry in (self.entries or {}).items()}
        table["loans"] = {
            key: {name: _b64(one) for name, one in loan.items()} for key, loan in (self.loans or {}).items()
        }
        table["about"], table["consents"] = dict(self.about or {}), dict(self.consents or {})
        table["custody"] = self.custody.text.decode() if self.custody else ""
        table["forwarded"] = self.forwarded.table if self.forwarded else None
        return json.dumps(table, ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, text: bytes, stage: Stage | None = None) -> Bundle:
        """Raises :class:`VoiceError` for what is no bundle, or none of the ``stage``."""
        try:
            table = json.loads(text)
            if table["convive_custody_bundle"] != VERSION or stage not in (None, table["stage"]):
                raise ValueError
            words = {
                name: str(table[name]) for name in ("opening", "report", "asked_by", "reason", "lender", "reporter")
            }
            return cls(
                stage=table["stage"],
                entries={name: _unpacked(entry) for name, entry in table["entries"].items()},
                loans={key: {name: _bytes(x) for name, x in loan.items()} for key, loan in table["loans"].items()},
                about=dict(table["about"]),
                consents={str(key): str(one) for key, one in table.get("consents", {}).items()},
                custody=Custody.parse(table["custody"].encode()) if table["custody"] else None,
                forwarded=Forwarded.read(table["forwarded"]) if table["forwarded"] else None,
                **words,
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise VoiceError(Problem("bundle-unreadable")) from None


@dataclass(frozen=True)
class Forwarded:
    """What left: to which ``body``, the ``digest`` of the scrubbed words, until when it must ``answer_by``."""

    body: str
    digest: str
    answer_by: dt.date

    @property
    def table(self) -> dict[str, str]:
        return {"body": self.body, "digest": self.digest, "answer_by": self.answer_by.isoformat()}

    @classmethod
    def read(cls, table: Mapping[str, str]) -> Forwarded:
        return cls(str(table["body"])[:200], str(table["digest"])[:64], dt.date.fromisoformat(table["answer_by"]))


def _packed(entry: SealedEntry) -> dict[str, Any]:
    shares = {key: _b64(share) for key, share in entry.shares.items()}
    return {"body": _b64(entry.body), "shares": shares, "for_reporter": _b64(entry.for_reporter)}


def _unpacked(table: Mapping[str, Any]) -> SealedEntry:
    shares = {str(key): _bytes(share) for key, share in table["shares"].items()}
    return SealedEntry(_bytes(table["body"]), shares, _bytes(table["for_reporter"]))


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
