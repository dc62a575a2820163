"""A receipt as a person keeps it: a shopping list of eight lines, or three numbers as of a bill. 88 bits.

Either form can be typed to come back. Capitals, accents, punctuation and line breaks do not matter; the order does.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from convive.errors import Problem, VoiceError
from convive.fold import folded
from convive.voice.sealed import RECEIPT_BYTES

_LINE_BITS = 11
_LINES = RECEIPT_BYTES * 8 // _LINE_BITS
_QUANTITIES = 8
LONGEST = 600
"""More signs than any way to write a receipt needs."""


@dataclass(frozen=True)
class Number:
    """One of the numbers of the second form: label by language, digits that count, digits that always stand before."""

    label: dict[str, str]
    digits: int
    lead: str


def as_list(receipt: bytes) -> tuple[str, ...]:
    """Eight lines such as ``3 arroz``."""
    whole = int.from_bytes(receipt, "big")
    parts = [whole >> _LINE_BITS * place & (1 << _LINE_BITS) - 1 for place in reversed(range(_LINES))]
    return tuple(f"{part % _QUANTITIES + 1} {words()[part // _QUANTITIES]}" for part in parts)


def as_numbers(receipt: bytes, language: str) -> tuple[str, ...]:
    """Three labelled numbers such as ``Suministro 123456789``."""
    digits = str(int.from_bytes(receipt, "big")).zfill(sum(one.digits for one in numbers()))
    told = []
    for one in numbers():
        told.append(f"{one.label[language]} {one.lead}{digits[: one.digits]}")
        digits = digits[one.digits :]
    return tuple(told)


def read(text: str) -> bytes:
    """The receipt that somebody typed in either form.

    Raises :class:`VoiceError` for what can be none, without saying where it differs.
    """
    found = _read_list(text) if len(text) <= LONGEST else None
    if found is None and len(text) <= LONGEST:
        found = _read_numbers(text)
    if found is None:
        raise VoiceError(Problem("receipt-illegible"))
    return found.to_bytes(RECEIPT_BYTES, "big")


@cache
def words() -> tuple[str, ...]:
    return tuple(_file()["words"].split())


@cache
def numbers() -> tuple[Number, ...]:
    return tuple(
        Number({"es": one["es"], "en": one["en"]}, one["digits"], one.get("lead", "")) for one in _file()["numbers"]
    )


def _read_list(text: str) -> int | None:
    lines = re.findall(r"([1-8])\s*([^\W\d]+)", folded(text))
    places = [_places().get(word) for _, word in lines]
    if len(lines) != _LINES or None in places:
        return None
    whole = 0
    for (quantity, _), place in zip(lines, places, strict=True):
        whole = whole << _LINE_BITS | (place or 0) * _QUANTITIES + int(quantity) - 1
    return whole


def _read_numbers(text: str) -> int | None:
    digits = "".join(letter for letter in text if letter in "0123456789")
    parts = []
    for one in numbers():
        if not digits.startswith(one.lead):
            return None
        digits = digits.removeprefix(one.lead)
        parts.append(digits[: one.digits])
        digits = digits[one.digits :]
    whole = "".join(parts)
    fits = len(whole) == sum(one.digits for one in numbers()) and not digits
    return int(whole) if fits and int(whole) < 1 << RECEIPT_BYTES * 8 else None


@cache
def _places() -> dict[str, int]:
    return {folded(word): place for place, word in enumerate(words())}


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "receipt.toml").read_text("utf-8"))
