"""An amount of money that cannot be read without its currency and its year."""

from __future__ import annotations

from dataclasses import dataclass

from convive.analysis.checks import require
from convive.texts import number


@dataclass(frozen=True)
class Base:
    """``currency`` as ISO 4217 writes it, in prices of ``year``."""

    currency: str
    year: int

    def __post_init__(self) -> None:
        code = self.currency
        require(len(code) == 3 and code.isupper() and code.isalpha(), what="currency", got=code, wanted="ISO 4217")
        require(1900 <= self.year <= 2200, what="year", got=self.year, wanted="1900 … 2200")

    def written(self, amount: float, language: str) -> str:
        """``PEN 1,234 (2024)``."""
        return f"{self.currency} {number(amount, language)} ({self.year})"
