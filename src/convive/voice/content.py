"""What an entry says, as bytes to be sealed: one line of JSON, then the attachments one after the other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from convive.errors import Problem, VoiceError

Kind = Literal["report", "addition", "verdict", "withdrawal", "answer", "forwarding"]
FORM = 1


@dataclass(frozen=True)
class Attachment:
    """A cleaned file. ``name`` is its number and ending; what it was called on the telephone is not kept."""

    name: str
    type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Content:
    """``fields``: question → answer. Neither is shown where an error prints this object."""

    kind: Kind
    fields: Mapping[str, str] = field(repr=False)
    attachments: tuple[Attachment, ...] = field(default=(), repr=False)

    def to_bytes(self) -> bytes:
        parts = [{"name": one.name, "type": one.type, "size": len(one.data)} for one in self.attachments]
        head = {"form": FORM, "kind": self.kind, "fields": dict(self.fields), "attachments": parts}
        line = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
        return b"\n".join([line, b"".join(one.data for one in self.attachments)])

    @classmethod
    def from_bytes(cls, text: bytes) -> Content:
        line, _, rest = text.partition(b"\n")
        try:
            head = json.loads(line)
            attachments = []
            for part in head["attachments"]:
                attachments.append(Attachment(part["name"], part["type"], rest[: part["size"]]))
                rest = rest[part["size"] :]
            return cls(head["kind"], head["fields"], tuple(attachments))
        except (ValueError, KeyError, TypeError):
            raise VoiceError(Problem("bundle-unreadable")) from None
