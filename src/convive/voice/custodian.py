"""What a custodian does on their own side: lend shares, open together, answer, forward, replace, try the recovery."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from convive.errors import Problem, VoiceError
from convive.voice.bundles import ALL, Bundle, Forwarded
from convive.voice.content import Content
from convive.voice.custody import Custody
from convive.voice.key_file import OpenKey
from convive.voice.sealed import (
    SealedEntry,
    Share,
    fingerprint,
    lend,
    new_name,
    open_together,
    seal,
    share_anew,
    sign,
    take_lent,
    unseal_share,
)


@dataclass(frozen=True)
class Opened:
    """A report as the custodian reads it: entry → content, in the order in which they came. In memory alone."""

    bundle: Bundle
    contents: Mapping[str, Content] = field(repr=False)


def lend_shares(request: Bundle, key: OpenKey) -> Bundle:
    """One's shares of one report, for the custodian who asked and nobody else.

    Raises :class:`VoiceError` where who asks is no custodian: an office in wrong hands could ask for itself; or where a
    share is of another report than the one that is named: it could have that one opened in the name of this.
    """
    if request.custody is None or request.custody.with_key(request.asked_by) is None:
        raise VoiceError(Problem("asked-by-stranger"))
    shares = {name: unseal_share(entry, key.secret) for name, entry in (request.entries or {}).items()}
    if any(share.report != request.report for share in shares.values()):
        raise VoiceError(Problem("share-of-another", value=request.report))
    loans = {name: lend(share, name=name, lender=key.secret, to=request.asked_by) for name, share in shares.items()}
    return Bundle(
        "loan", request.opening, request.report, request.asked_by, lender=key.custodian.key, loans={"": loans}
    )


def open_report(report: Bundle, keys: Sequence[OpenKey]) -> Opened:
    """Open every entry of a report with the shares of ``keys`` (who sits here) and those that others lent.

    Raises :class:`VoiceError` where shares are too few or do not fit.
    """
    contents = {}
    for name, entry in (report.entries or {}).items():
        shares = [unseal_share(entry, key.secret) for key in keys] + _lent(report, name, keys)
        if report.custody is not None and len({one.index for one in shares}) < report.custody.threshold:
            raise VoiceError(Problem("too-few-shares", values={"there": len(shares)}))
        contents[name] = Content.from_bytes(open_together(entry, name=name, shares=shares))
    return Opened(report, contents)


def answer(opened: Opened, words: str) -> Bundle:
    """An answer that the reporter reads with the receipt, and the custodians together."""
    return _reply(opened, Content("answer", {"what": words}))


def forward(opened: Opened, *, words: str, body: str, answer_by: dt.date) -> Bundle:
    """What was forwarded to a ``body``, word for word, for the reporter and the custodians; the office learns to whom,
    until when, and the digest."""
    told = Content("forwarding", {"what": words, "body": body, "answer_by": answer_by.isoformat()})
    return _reply(opened, told, Forwarded(body, fingerprint(words.encode()), answer_by))


def replace(custody: Custody, joined: Custody, entries: Mapping[str, SealedEntry], keys: Sequence[OpenKey]) -> Bundle:
    """Every entry with fresh shares for the custodians of ``joined``, by k of those of ``custody``, who sign both: what
    they did not sign the office does not take, and ``convive verify-log`` tells it."""
    if len({key.custodian.key for key in keys} & set(custody.keys)) < custody.threshold:
        raise VoiceError(Problem("too-few-shares", values={"there": len(keys)}))
    anew = {
        name: share_anew(
            entry,
            name=name,
            shares=[unseal_share(entry, key.secret) for key in keys],
            custodians=joined.keys,
            threshold=joined.threshold,
        )
        for name, entry in entries.items()
    }
    told = joined.replacement({name: entry.shares_digest for name, entry in anew.items()})
    consents = {key.custodian.key: sign(told, key.secret) for key in keys}
    return Bundle("report", ALL, ALL, entries=anew, custody=joined, consents=consents)


@dataclass(frozen=True)
class Drill:
    """What a drill found: whether a made-up report opens with the keys that are here and not with one fewer than k;
    of how many stored ``entries`` each key (name → number) still holds a share, and how many came back with every k of
    the keys that sit next to each other: anybody can seal a share to a key, and a wrong one shows only together."""

    opens: bool
    fewer_fail: bool
    entries: int
    held: Mapping[str, int]
    came_back: int

    @property
    def passed(self) -> bool:
        all_held = all(number == self.entries for number in self.held.values())
        return self.opens and self.fewer_fail and all_held and self.came_back == self.entries


def drill(custody: Custody, entries: Mapping[str, SealedEntry], keys: Sequence[OpenKey]) -> Drill:
    """Try the recovery: a made-up report is opened; those that are stored come back in memory, one after the other, and
    are shown to nobody."""
    name, words = new_name(), new_name().encode()
    made_up = seal(words, name=name, custodians=custody.keys, threshold=custody.threshold)
    held = {key.custodian.name: sum(_holds(entry, key) for entry in entries.values()) for key in keys}
    return Drill(
        opens=_opens(made_up, name, keys) == words,
        fewer_fail=_opens(made_up, name, keys[: custody.threshold - 1]) is None,
        entries=len(entries),
        held=held,
        came_back=sum(_comes_back(entry, name, keys, custody.threshold) for name, entry in entries.items()),
    )


def _comes_back(entry: SealedEntry, name: str, keys: Sequence[OpenKey], threshold: int) -> bool:
    """Whether an entry opens with every ``threshold`` keys that sit next to each other, so that each share is tried."""
    groups = [keys[at : at + threshold] for at in range(len(keys) - threshold + 1)]
    return bool(groups) and all(_opens(entry, name, group) is not None for group in groups)


def _opens(entry: SealedEntry, name: str, keys: Sequence[OpenKey]) -> bytes | None:
    try:
        return open_together(entry, name=name, shares=[unseal_share(entry, key.secret) for key in keys])
    except VoiceError:
        return None


def _holds(entry: SealedEntry, key: OpenKey) -> bool:
    try:
        unseal_share(entry, key.secret)
    except VoiceError:
        return False
    return True


def _reply(opened: Opened, content: Content, forwarded: Forwarded | None = None) -> Bundle:
    report = opened.bundle
    custody = report.custody
    if custody is None:
        raise VoiceError(Problem("custody-missing"))
    name = new_name()
    entry = seal(
        content.to_bytes(),
        name=name,
        custodians=custody.keys,
        threshold=custody.threshold,
        report=report.report,
        reporter=bytes.fromhex(report.reporter),
    )
    return Bundle("reply", report.opening, report.report, report.asked_by, entries={name: entry}, forwarded=forwarded)


def _lent(report: Bundle, name: str, keys: Sequence[OpenKey]) -> list[Share]:
    mine = next((key for key in keys if key.custodian.key == report.asked_by), None)
    if mine is None:
        return []
    here = {key.custodian.key for key in keys}
    return [
        take_lent(loan[name], name=name, lender=lender, secret=mine.secret)
        for lender, loan in (report.loans or {}).items()
        if name in loan and lender not in here
    ]
