"""An amount of money that cannot be read without its currency and its year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from convive.analysis.checks import require
from convive.errors import LANGUAGES
from convive.texts import number


@dataclass(frozen=True)
class Base:
    """``currency`` as ISO 4217 writes it, in prices of ``year``; where amounts of several years were added as they were
    paid, ``since`` is the first of them."""

    currency: str
    year: int
    since: int | None = None

    def __post_init__(self) -> None:
        code = self.currency
        require(len(code) == 3 and code.isupper() and code.isalpha(), what="currency", got=code, wanted="ISO 4217")
        require(1900 <= self.year <= 2200, what="year", got=self.year, wanted="1900 … 2200")

    def written(self, amount: float, language: str) -> str:
        """``PEN 1,234 (2024)``, or ``PEN 1,234 (2014–2015)``."""
        years = str(self.year) if self.since in (None, self.year) else f"{self.since}–{self.year}"
        return f"{self.currency} {number(amount, language)} ({years})"


def with_method(name: str, source: str, method: Mapping[str, str]) -> None:
    """Refuse a figure of money without its source and its method in both languages: a mistake of ours or of a file, and
    never a number on a page."""
    require(len(source.strip()) >= 3, what=f"{name}: source", got=source, wanted="…")
    for language in LANGUAGES:
        require(bool(method.get(language, "").strip()), what=f"{name}: method ({language})", got="", wanted="…")
