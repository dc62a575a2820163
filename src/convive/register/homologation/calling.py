"""How people at the table speak of a record and of a decision: by what the source calls it, without naming anybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from convive.register.ledger import Ledger, Line, reasons
from convive.standard import classification, fields
from convive.texts import say

Called = Callable[[str], str]
"""What people call the record that the ledger knows by a name."""


def spoken(record: Mapping[str, Any], language: str) -> str:
    """A record as its source files it: by its number there, else by the row in which it came; never by the victim."""
    number, victims = record["source_record_number"], record["victims_in_event"] or 1
    words = "homologation.record.number" if number else "homologation.record.row"
    values = {"source": record["source_id"], "number": number, "file": record["file"], "row": str(record["row"])}
    told = say(words, language, **values)
    if victims == 1 and record["victim_no"] == 1:
        return told
    return say("homologation.record.victim", language, record=told, victim=str(record["victim_no"]))


def no_longer_here(name: str, language: str) -> str:
    """A record that the ledger speaks of and no source delivers any more."""
    return say("homologation.record.gone", language, source=name.partition(":")[0], name=name)


def told(line: Line, language: str, ledger: Ledger, called: Called) -> str:
    """A decision in one sentence, without names of victims; one that is taken back is told whole."""
    decision = line.decision
    labels = reasons()[decision.kind]
    reason = labels[decision.reason][language] if decision.reason in labels else decision.words
    words = f" ({decision.words})" if decision.words and decision.words != reason else ""
    back = next((one for one in ledger.lines if one.hash == decision.withdraws), None)
    return say(
        f"homologation.decided.{decision.kind}",
        language,
        records="; ".join(called(name) for name in decision.records),
        decision=told(back, language, ledger, called) if back else decision.withdraws,
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
