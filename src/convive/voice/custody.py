"""Who keeps the reports: n custodians of whom k open together. The record is public; it holds no secret.

It lies in the observatory's folder, ``voice/custody.json``. Its fingerprint stands on the citizens' pages and in the
log, so that a record exchanged in secret is noticed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from convive.errors import Problem, VoiceError
from convive.voice.sealed import fingerprint, is_signed, new_salt

RECORD = "custody.json"
FORMER = "custody-{generation}.json"
VERSION = 1


@dataclass(frozen=True)
class Custodian:
    """``name`` as the committee knows the person, the ``institution`` that sent them, their public ``key``, and the one
    under which what they ``sign`` is checked."""

    name: str
    institution: str
    key: str
    sign: str = ""

    @property
    def table(self) -> dict[str, str]:
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(frozen=True)
class Custody:
    """``threshold`` of the ``custodians`` open a report. ``salt`` goes into every receipt's derivation; it stays when
    custodians change. ``previous``: the fingerprint of the record before, blank in the first."""

    generation: int
    since: dt.date
    threshold: int
    custodians: tuple[Custodian, ...]
    salt: str
    previous: str = ""

    @classmethod
    def found(cls, *, custodians: Sequence[Custodian], threshold: int, since: dt.date) -> Custody:
        """The first record; raises :class:`VoiceError` where ``threshold`` or custodians do not protect anybody."""
        _refuse(custodians, threshold)
        return cls(1, since, threshold, tuple(custodians), new_salt().hex())

    @classmethod
    def read(cls, folder: Path) -> Custody | None:
        """The record in ``folder``; None where there is none yet."""
        path = folder / RECORD
        return cls.parse(path.read_bytes(), path.name) if path.is_file() else None

    @classmethod
    def parse(cls, text: bytes, file: str = RECORD) -> Custody:
        try:
            table = json.loads(text)
            people = tuple(Custodian(**one) for one in table["custodians"])
            since = dt.date.fromisoformat(table["since"])
            parts = {name: table[name] for name in ("generation", "threshold", "salt", "previous")}
            read = cls(since=since, custodians=people, **parts)
            bytes.fromhex(read.salt)
        except (ValueError, KeyError, TypeError):
            raise VoiceError(Problem("custody-unreadable", file=file)) from None
        _refuse(people, read.threshold)
        return read

    def replaced(self, *, leaves: str, joins: Custodian, since: dt.date) -> Custody:
        """The record after ``leaves`` made room for ``joins``."""
        self.custodian(leaves)
        people = tuple(joins if one.name == leaves else one for one in self.custodians)
        _refuse(people, self.threshold)
        return Custody(self.generation + 1, since, self.threshold, people, self.salt, self.fingerprint)

    def replacement(self, shares: Mapping[str, str]) -> bytes:
        """What custodians of before sign so that this record follows theirs: the record, and the digest of the
        ``shares`` that each entry (name → digest) has from then on."""
        told = json.dumps([self.text.decode(), dict(shares)], ensure_ascii=False, sort_keys=True)
        return b"convive replacement 1\n" + told.encode()

    def may_follow(self, former: Custody, shares: Mapping[str, str], consents: Mapping[str, str]) -> bool:
        """Whether this record follows ``former``: one custodian left, another came, nothing else changed, and as many
        of those before as open a report signed it (``consents``: their key → signature)."""
        moved = set(self.custodians) ^ set(former.custodians)
        same = (former.fingerprint, former.generation + 1, former.threshold, former.salt, len(former.custodians))
        mine = (self.previous, self.generation, self.threshold, self.salt, len(self.custodians))
        told = self.replacement(shares)
        signed = [one for one in former.custodians if is_signed(told, consents.get(one.key, ""), one.sign)]
        return same == mine and len(moved) == 2 and len(signed) >= former.threshold

    @classmethod
    def of_generation(cls, folder: Path, generation: int) -> Custody | None:
        """The record of ``generation`` in ``folder``, be it the one of now or a former one."""
        for name in (RECORD, FORMER.format(generation=generation)):
            path = folder / name
            found = cls.parse(path.read_bytes(), name) if path.is_file() else None
            if found is not None and found.generation == generation:
                return found
        return None

    def write(self, folder: Path) -> None:
        """Put the record into ``folder``; the former one stays beside it under its generation."""
        folder.mkdir(exist_ok=True)
        former = Custody.read(folder)
        if former is not None:
            (folder / FORMER.format(generation=former.generation)).write_bytes(former.text)
        fresh = folder / f"{RECORD}.new"
        fresh.write_bytes(self.text)
        fresh.replace(folder / RECORD)

    def custodian(self, name: str) -> Custodian:
        """The custodian called ``name``; raises :class:`VoiceError` naming those there are."""
        for one in self.custodians:
            if one.name == name:
                return one
        there = ", ".join(one.name for one in self.custodians)
        raise VoiceError(Problem("no-such-custodian", value=name, values={"there": there}))

    def with_key(self, key: str) -> Custodian | None:
        return next((one for one in self.custodians if one.key == key), None)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(one.key for one in self.custodians)

    @property
    def text(self) -> bytes:
        """The record as it is written and fingerprinted: the same bytes for the same record."""
        people = [one.table for one in self.custodians]
        table: dict[str, Any] = {"convive_custody": VERSION} | asdict(self)
        table |= {"since": self.since.isoformat(), "custodians": people}
        return json.dumps(table, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.text)

    @property
    def shown_fingerprint(self) -> str:
        """In groups of four, to be read aloud."""
        return " ".join(self.fingerprint[place : place + 4] for place in range(0, 32, 4))


def _refuse(custodians: Sequence[Custodian], threshold: int) -> None:
    whys = []
    if not 2 <= threshold <= len(custodians):
        whys.append(f"{threshold}/{len(custodians)}")
    for column in ("name", "key"):
        twice = [value for value, times in Counter(getattr(one, column) for one in custodians).items() if times > 1]
        whys += twice
    whys += [one.name for one in custodians if not _is_key(one.key)]
    seats = Counter(one.institution.casefold() for one in custodians)
    whys += [f"{name} {count}/{threshold}" for name, count in seats.items() if count >= threshold]
    if whys:
        raise VoiceError(Problem("custody-impossible", values={"why": "; ".join(whys)}))


def _is_key(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) == 32
    except ValueError:
        return False
