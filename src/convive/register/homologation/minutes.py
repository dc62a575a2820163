"""The minutes of a session: who was there, what was decided, what remains."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from convive.register.homologation.docket import Docket
from convive.register.ledger import Ledger, Line, reasons
from convive.standard import classification, fields
from convive.texts import say


@dataclass(frozen=True)
class Minutes:
    """``day`` in the city's own time, who was ``present``, the ``lines`` written that day (those taken back since as
    well), and how many pairs ``remain``.
    """

    day: dt.date
    present: tuple[str, ...]
    lines: tuple[Line, ...]
    remain: int

    def told(self, language: str, city: str) -> str:
        """The minutes as plain text, to print, sign and keep."""
        present = "\n".join(f"- {name}" for name in self.present) or say("homologation.nobody", language)
        lines = "\n".join(f"{number}. {told(line, language)}" for number, line in enumerate(self.lines, 1))
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
    return Minutes(day, tuple(present), tuple(lines), len(docket.undecided))


def told(line: Line, language: str) -> str:
    """A decision in one sentence, without names of people."""
    decision = line.decision
    labels = reasons()[decision.kind]
    reason = labels[decision.reason][language] if decision.reason in labels else decision.words
    words = f" ({decision.words})" if decision.words and decision.words != reason else ""
    return say(
        f"homologation.decided.{decision.kind}",
        language,
        records=", ".join(decision.records) or decision.withdraws[:12],
        field=_field(decision.field, language),
        value=_value(decision.field, decision.value, language),
        by=decision.by,
        reason=f"{reason}{words}",
    )


def _field(name: str, language: str) -> str:
    return fields()[name].label[language] if name in fields() else name


def _value(name: str, value: str, language: str) -> str:
    field = fields().get(name)
    coded = field is not None and field.kind == "coded"
    return classification(str(field.classification)).label(value, language) if field and coded else value
