"""What a measure may be judged by: homicides of the register, all of them or those that a figure of it counts.

An outcome is written ``homicides``, ``homicides/sex=female`` (a category of a breakdown of the catalogue) or the name
of a share, ``share_firearm``, of which the deaths in its numerator are counted: designs for counts cannot judge a
share. ``homicide`` is what the first registrations call ``homicides``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import polars as pl

from convive.errors import EvaluationError, Problem
from convive.indicators import catalogue
from convive.indicators.catalogue import Indicator
from convive.indicators.deaths import category, in_indicator, in_part
from convive.standard import coded_fields

ALL = "homicides"
FORMER = {"homicide": ALL}
"""Names that older registrations use; their hashes hold them."""

KINDS = ("count", "rate", "share")

PEOPLE = ("", "sex", "age_group")
"""Breakdowns by who the victim was."""


@dataclass(frozen=True)
class Outcome:
    """``indicator`` of the catalogue and, where only a part of it counts, the ``category`` of its ``breakdown``."""

    indicator: Indicator
    breakdown: str = ""
    category: str = ""

    @property
    def name(self) -> str:
        return f"{self.indicator.id}/{self.breakdown}={self.category}" if self.breakdown else self.indicator.id

    @property
    def fields(self) -> frozenset[str]:
        """The coded fields of the record by which a death is counted or not: the intent for every concept of
        homicide, the penal class for the qualified ones, and that of a share or a category."""
        part, qualified = self.indicator.part, "qualified" in (self.indicator.concept, self.breakdown)
        if part is not None:
            qualified |= part.concept == "qualified"
        named = {"intent", self.breakdown, "penal_type" if qualified else "", (part.field or "") if part else ""}
        return frozenset(named & set(coded_fields()))

    @property
    def lives(self) -> bool:
        """Whether fewer of it are deaths averted: of all, or of some people. Who was not shot may have died otherwise,
        and a case that was solved is no life."""
        return self.indicator.part is None and self.indicator.concept is None and self.breakdown in PEOPLE

    def counts(self, concept: str, place: str) -> pl.Expr:
        """Which cases it counts."""
        told = in_indicator(self.indicator, concept)
        if self.indicator.part is not None:
            told &= in_part(self.indicator.part)
        if self.breakdown:
            told &= category(self.breakdown, place) == self.category
        return told


@cache
def outcome(written: str) -> Outcome:
    """What ``written`` says; raises :class:`~convive.errors.EvaluationError` for what the register cannot count."""
    name, _, part = FORMER.get(written, written).partition("/")
    breakdown, _, told = part.partition("=")
    found = catalogue().get(name)
    if name not in known() or found is None or (part and not (breakdown in found.breakdowns and told)):
        values = {"known": ", ".join(known())}
        raise EvaluationError(Problem("registration-unknown-outcome", value=written, values=values))
    return Outcome(found, breakdown, told)


def known() -> tuple[str, ...]:
    """The indicators that an outcome can name."""
    return tuple(name for name, one in catalogue().items() if one.kind in KINDS and one.base == "concept")


def of_figure(indicator: str, disaggregation: str, told: str) -> str:
    """The outcome that a figure of the plan counts; empty where a design for counts can judge none such."""
    name = ALL if indicator == "homicide_rate" else indicator
    written = name if disaggregation == "total" else f"{name}/{disaggregation}={told}"
    try:
        return outcome(written).name
    except EvaluationError:
        return ""
