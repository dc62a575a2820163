"""The figure audit: does a published number follow from the inputs that it gives itself?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from convive.publication.audit.claims import Claim, Claims, FigureInput, load
from convive.publication.audit.formula import FormulaError, evaluate, written
from convive.texts import number, say

__all__ = ["Claim", "Claims", "Finding", "check", "load"]

Verdict = Literal["holds", "differs", "cannot_be_checked"]
EPSILON = 1e-9


@dataclass(frozen=True)
class Finding:
    """One claim, recomputed. ``recomputed`` is None where it cannot be checked; ``why`` then names the text that says
    so."""

    claim: Claim
    verdict: Verdict
    recomputed: float | None
    inputs: dict[str, float]
    why: str = ""

    def stated(self, language: str) -> str:
        """As it was published: ``al menos 20 %``."""
        said = _with_unit(number(self.claim.stated, language, self.claim.decimals), self.claim, language)
        return say(f"auditing.says.{self.claim.says}", language, value=said)

    def result(self, language: str) -> str:
        """What the inputs give, with one digit more than was printed."""
        if self.recomputed is None:
            return "–"
        return _with_unit(number(self.recomputed, language, self._digits(self.recomputed)), self.claim, language)

    def _digits(self, value: float) -> int:
        """As many as show that the value lies beyond what was stated, where the claim says so: 5.02, not 5.0."""
        least = self.claim.decimals + (0 if _is_whole(value, self.claim.decimals) else 1)
        if self.claim.says not in ("more_than", "less_than", "almost"):
            return least
        return next((d for d in range(least, least + 4) if round(value, d) != self.claim.stated), least)

    def arithmetic(self, language: str) -> str:
        """The calculation with its numbers: ``2 × 4 − 1 + 4 + 2 + 3 = 16``."""
        if self.recomputed is None:
            return say(f"auditing.{self.why}", language)
        return f"{written(self.claim.formula, self.inputs, language)} = {self.result(language)}"

    def words(self, language: str) -> str:
        """The finding in one or two sentences."""
        note = f" {self.claim.note[language]}" if self.claim.note else ""
        told = say(
            f"auditing.{self.verdict}",
            language,
            statement=self.claim.statement[language],
            stated=self.stated(language),
            arithmetic=self.arithmetic(language),
        )
        return told + note


def check(path: Path, figures: pl.DataFrame | None) -> list[Finding]:
    """Recompute every claim of ``path``; inputs that are figures are looked up in ``figures`` (figures schema).

    Raises :class:`~convive.errors.CatalogueError` where the claims themselves are not well formed.
    """
    known = _values(figures)
    return [_finding(claim, known) for claim in load(path).claim]


def _finding(claim: Claim, known: dict[str, float]) -> Finding:
    inputs: dict[str, float] = {}
    for name, given in claim.inputs.items():
        if isinstance(given, FigureInput):
            if given.figure not in known:
                return Finding(claim, "cannot_be_checked", None, inputs, "no_figure")
            inputs[name] = known[given.figure]
        else:
            inputs[name] = given
    try:
        value = evaluate(claim.formula, inputs)
    except (ZeroDivisionError, OverflowError, FormulaError):  # 9**9**9: right as a formula, without a result
        return Finding(claim, "cannot_be_checked", None, inputs, "no_result")
    return Finding(claim, "holds" if _holds(claim, value) else "differs", value, inputs)


def _holds(claim: Claim, value: float) -> bool:
    """Whether ``value`` is what was stated, to the digits printed and in the sense of the words used."""
    half: float = 0.5 * 10**-claim.decimals + EPSILON
    match claim.says:
        case "equals":
            return abs(value - claim.stated) <= half
        case "at_least":
            return value >= claim.stated - half
        case "at_most":
            return value <= claim.stated + half
        case "more_than":
            return value > claim.stated
        case "less_than":
            return value < claim.stated
        case "almost":
            return claim.stated * (1 - claim.tolerance) <= value < claim.stated
        case _:
            return abs(value - claim.stated) <= claim.tolerance * abs(claim.stated)


def _values(figures: pl.DataFrame | None) -> dict[str, float]:
    if figures is None:
        return {}
    address = (
        pl.when(pl.col("disaggregation") == "total")
        .then(pl.concat_str("indicator", "unit_code", "period", separator="/"))
        .otherwise(pl.concat_str("indicator", "unit_code", "period", "disaggregation", "category", separator="/"))
    )
    told = figures.filter(pl.col("value").is_not_null()).select(address.alias("address"), "value")
    return dict(told.iter_rows())


def _with_unit(value: str, claim: Claim, language: str) -> str:
    unit = claim.unit[language]
    return f"{value} {unit}".strip() if unit else value


def _is_whole(value: float, decimals: int) -> bool:
    return math.isclose(value, round(value, decimals), abs_tol=1e-6)
