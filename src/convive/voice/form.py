"""The questions of a sealed report, as ``form.toml`` asks them on the page and on paper."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from convive.errors import Problem, VoiceError
from convive.voice.place import cell_of

_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


@dataclass(frozen=True)
class Choice:
    code: str
    label: Mapping[str, str]


@dataclass(frozen=True)
class Field:
    """One question. ``most``: signs that an answer in words may have."""

    name: str
    kind: Literal["words", "choice", "unit", "point"]
    label: Mapping[str, str]
    hint: Mapping[str, str] = field(default_factory=dict)
    most: int = 40
    lines: int = 1
    required: bool = False
    choices: tuple[Choice, ...] = ()

    def told(self, answer: str, language: str) -> str:
        """An answer as it is read: the label of a choice, the words of anything else."""
        return next((one.label[language] for one in self.choices if one.code == answer), answer)


@cache
def fields() -> tuple[Field, ...]:
    """All questions in their order."""
    return tuple(_field(one) for one in _file()["field"])


def answers(given: Mapping[str, str], *, units: Mapping[str, str], cell: int) -> dict[str, str]:
    """What of ``given`` is kept: the questions of the form, no blanks, a point as its cell of ``cell`` metres.

    ``units``: code → name of those that can be chosen. Raises :class:`VoiceError` with every answer that does not fit.
    """
    kept: dict[str, str] = {}
    problems: list[Problem] = []
    for one in fields():
        try:
            answer = _answer(one, tidy(given.get(one.name, "")), units, cell)
        except VoiceError as misfit:
            problems += misfit.problems
            continue
        if answer:
            kept[one.name] = answer
    if problems:
        raise VoiceError(problems)
    return kept


def tidy(text: str) -> str:
    """Words without control signs, with plain line ends."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")).strip()


def words(text: str, most: int, column: str = "what") -> str:
    """Free words of at most ``most`` signs; raises :class:`VoiceError` for none or too many."""
    kept = tidy(text)
    if not kept:
        raise VoiceError(Problem("field-missing", column=column))
    if len(kept) > most:
        raise VoiceError(Problem("field-too-long", column=column, values={"most": most}))
    return kept


def _answer(one: Field, given: str, units: Mapping[str, str], cell: int) -> str:
    if one.kind == "point":
        return str(cell_of(given, cell) or "")
    if one.kind == "words" and (given or one.required):
        return words(given, one.most, one.name)
    codes = set(units) if one.kind == "unit" else {choice.code for choice in one.choices}
    if given and one.kind in ("choice", "unit") and given not in codes:
        raise VoiceError(Problem("field-choice", column=one.name))
    return units[given] if given and one.kind == "unit" else given


def _field(table: Mapping[str, Any]) -> Field:
    choices = tuple(Choice(one["code"], {"es": one["es"], "en": one["en"]}) for one in table.get("choices", ()))
    return Field(**{name: value for name, value in table.items() if name != "choices"}, choices=choices)


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "form.toml").read_text("utf-8"))
