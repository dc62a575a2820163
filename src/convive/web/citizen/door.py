"""What keeps robots out without knowing anybody: forms that serve once and after a while, counts of all together.

Without scripts a browser cannot compute a proof of work, so the door asks for a proof of waiting instead. Each form is
a sealed ticket with the moment from which it may be sent; the more forms are asked for at once, the longer all of them
wait. While more forms come than may enter, each has one lot a minute: a robot gains nothing by being fast, and a person
is not starved. Nothing is counted by address or person. Why so: ``docs/threat-model.md``.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import deque
from enum import Enum

from convive.voice.limits import Door as Rules
from convive.voice.sealed import Visits

MINUTE = 60
LONGEST_WAIT_S = 600
NONCE_BYTES = 16
AIR = 0.8
"""The part of the ceiling that lots are drawn for: who has won one must not find the minute full."""


class Said(Enum):
    """What the door says to a form; all but the first are codes of problems."""

    ENTER = "enter"
    EARLY = "door-early"
    OLD = "door-old"
    USED = "door-used"
    CROWDED = "door-crowded"


class Count:
    """How often something happened in the last minute, of all people together."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._moments: deque[float] = deque()

    def now(self, now: float) -> int:
        while self._moments and self._moments[0] <= now - MINUTE:
            self._moments.popleft()
        return len(self._moments)

    def add(self, now: float) -> None:
        self._moments.append(now)

    def full(self, now: float) -> bool:
        return self.now(now) >= self._most


class Lots:
    """Which forms may enter while more come than may: each has one lot a minute, however often it is sent."""

    def __init__(self, most: float) -> None:
        self._most = most
        self._secret = secrets.token_bytes(32)
        self._minute = 0
        self._came: set[bytes] = set()
        self._before = 0

    def won(self, form: bytes, now: float) -> bool:
        """Whether ``form`` may enter in this minute; as many as came in the minute before are expected."""
        minute = int(now // MINUTE)
        if minute != self._minute:
            self._before = len(self._came) if minute == self._minute + 1 else 0
            self._minute, self._came = minute, set()
        self._came.add(form)
        drawn = hashlib.blake2b(form + minute.to_bytes(8, "big"), key=self._secret, digest_size=8).digest()
        return int.from_bytes(drawn, "big") * self._before < self._most * 2**64


class Door:
    """One for a process."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._tickets = Visits(rules.form_hours * 3600)
        self._lock = threading.Lock()
        self._forms = Count(rules.reports_per_minute)
        self._reports = Count(rules.reports_per_minute)
        self._receipts = Count(rules.receipts_per_minute)
        self._lots = Lots(rules.reports_per_minute * AIR)
        self._used: dict[bytes, float] = {}

    def form(self, now: float) -> str:
        """A ticket for one form."""
        with self._lock:
            self._forms.add(now)
            crowd = self._forms.now(now) / self._rules.reports_per_minute
        wait = min(LONGEST_WAIT_S, int(self._rules.wait_seconds * (1 + max(0.0, crowd - 1) * 10)))
        return self._tickets.ticket(int(now + wait).to_bytes(8, "big") + secrets.token_bytes(NONCE_BYTES), now)

    def wait(self, ticket: str, now: float) -> int:
        """Seconds until the form may be sent."""
        held = self._tickets.held(ticket, now)
        return max(0, int.from_bytes(held[:8], "big") - int(now)) if held else 0

    def look(self, ticket: str, now: float) -> Said:
        """Whether the form could enter if there is room: before work is put into what came with it. Nothing is used
        up or counted."""
        held = self._tickets.held(ticket, now)
        if held is None:
            return Said.OLD
        if int.from_bytes(held[:8], "big") > now:
            return Said.EARLY
        with self._lock:
            self._forget(now)
            return Said.USED if held[8:] in self._used else Said.ENTER

    def enter(self, ticket: str, now: float) -> Said:
        """Whether the form may be sent now; if so, it is used up and counted."""
        said = self.look(ticket, now)
        held = self._tickets.held(ticket, now)
        if said is not Said.ENTER or held is None:
            return said
        nonce = held[8:]
        with self._lock:
            if nonce in self._used:
                return Said.USED
            if not self._lots.won(nonce, now) or self._reports.full(now):
                return Said.CROWDED
            self._used[nonce] = now
            self._reports.add(now)
        return Said.ENTER

    def may_try_receipt(self, now: float) -> bool:
        """Whether one more receipt may be tried in this minute; it is counted, right or wrong."""
        with self._lock:
            if self._receipts.full(now):
                return False
            self._receipts.add(now)
            return True

    def _forget(self, now: float) -> None:
        """Drop nonces of tickets that have ended: the oldest stand first."""
        ended = now - self._rules.form_hours * 3600
        while self._used and (oldest := next(iter(self._used))) and self._used[oldest] < ended:
            del self._used[oldest]
