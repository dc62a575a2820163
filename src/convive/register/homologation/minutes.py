"""The minutes of a session: who was there, what was decided, what remains."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from convive.register.homologation.calling import Called, told
from convive.register.homologation.docket import Docket
from convive.register.ledger import Ledger, Line
from convive.texts import say


@dataclass(frozen=True)
class Minutes:
    """``day`` in the city's own time, who was ``present``, the ``lines`` of the ``ledger`` written that day (those
    taken back since as well), and how many pairs ``remain``.
    """

    day: dt.date
    present: tuple[str, ...]
    lines: tuple[Line, ...]
    remain: int
    ledger: Ledger

    def decided(self, language: str, called: Called) -> list[str]:
        """Each decision of the day in one sentence; ``called``: how the table calls the records."""
        return [told(line, language, self.ledger, called) for line in self.lines]

    def told(self, language: str, city: str, called: Called) -> str:
        """The minutes as plain text, to print, sign and keep."""
        present = "\n".join(f"- {name}" for name in self.present) or say("homologation.nobody", language)
        lines = "\n".join(f"{number}. {one}" for number, one in enumerate(self.decided(language, called), 1))
        return say(
            "homologation.minutes",
            language,
            city=city,
            day=self.day.isoformat(),
            present=present,
            decided=lines or say("homologation.nothing", language),
            remain=self.remain,
        )


def minutes(day: dt.date, present: Sequence[str], ledger: Ledger, docket: Docket, timezone: str) -> Minutes:
    """The minutes of ``day``."""
    zone = ZoneInfo(timezone)
    lines = [line for line in ledger.lines if line.decision.at.astimezone(zone).date() == day]
    return Minutes(day, tuple(present), tuple(lines), len(docket.undecided), ledger)
