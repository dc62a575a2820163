"""The totals that different definitions draw from one list of cases, and the cases that make them differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from convive.standard import concepts

Side = Literal["more", "fewer"]
SIDES: tuple[Side, ...] = ("more", "fewer")


@dataclass(frozen=True)
class Total:
    """The cases of a concept, and how many of them another concept lacks (``more``) and has beside (``fewer``)."""

    concept: str
    cases: int
    more: int
    fewer: int


def totals(cases: pl.DataFrame, declared: str) -> list[Total]:
    """The total of each concept that the cases bear, beside the ``declared`` one; annulled cases are in none."""
    borne = [name for name in concepts() if f"figure_in_{name}" in cases.columns]
    counted = cases.select(pl.col("^figure_in_.*$") & (pl.col("status").cast(pl.String) != "annulled"))
    sums = [counted.select(cases=f"figure_in_{name}", **_sides(name, declared)).sum().row(0) for name in borne]
    return [Total(name, *row) for name, row in zip(borne, sums, strict=True)]


def differing(cases: pl.DataFrame, declared: str, concept: str, side: Side) -> pl.DataFrame:
    """The cases that ``concept`` has and ``declared`` lacks (``more``), or the other way round (``fewer``)."""
    return cases.filter((pl.col("status").cast(pl.String) != "annulled") & _sides(concept, declared)[side])


def _sides(concept: str, declared: str) -> dict[str, pl.Expr]:
    there, here = pl.col(f"figure_in_{concept}"), pl.col(f"figure_in_{declared}")
    return {"more": there & ~here, "fewer": here & ~there}
