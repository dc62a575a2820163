"""What a design found: the effect, its interval, and everything that speaks against it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from convive.errors import Problem

NO_EFFECT = {"rate-ratio": 1.0, "rate-difference": 0.0, "events": 0.0}
"""What each estimand is where the measure changed nothing. ``rate-difference`` is per 100,000 person-years, ``events``
are events more than without the measure."""


@dataclass(frozen=True)
class Interval:
    """``estimate`` and what lies around it at the effect's confidence; NaN where the method gives no interval."""

    estimate: float
    low: float = math.nan
    high: float = math.nan


def averted_by(observed: float, ratio: float, low: float, high: float) -> Interval:
    """Events averted where ``observed`` happened at a rate ``ratio`` (``low``–``high``) times that without the measure:
    what happened is known, what would have happened is as uncertain as the ratio. Infinite for a ratio of 0."""
    return Interval(*(observed * (1 / one - 1) if one > 0 else math.inf for one in (ratio, high, low)))


@dataclass(frozen=True)
class Diagnostic:
    """One question to the model. ``held``: it came out as it must, None where it only informs. ``bears``: an effect may
    not be believed where it did not hold. ``name`` has a text ``evaluation.diagnostic.<name>``."""

    name: str
    value: float
    p: float | None = None
    held: bool | None = None
    bears: bool = False


@dataclass(frozen=True)
class Placebo:
    """One attempt to refute: the effect where there can be none, or without a part of the data. ``kind``: ``time``,
    ``outcome``, ``unit``, ``leave-one-out``, ``displacement``, ``next-door``, ``far-only``; ``label`` says
    which. ``p``: of the effect at ``label``."""

    kind: str
    label: str
    estimate: float
    low: float = math.nan
    high: float = math.nan
    p: float | None = None


@dataclass(frozen=True)
class Effect:
    """What the measure did by one ``design``, in the terms of ``estimand`` (see ``NO_EFFECT``).

    ``low``–``high`` is the interval of ``confidence``, ``p`` two-sided. ``averted``: events fewer than without the
    measure in the periods after (above 0 is good), None where it cannot be had. ``interval_by``: where the
    uncertainty comes from, a text ``evaluation.errors.<interval_by>``. ``simulations`` and ``seed``: 0 and None where
    nothing was drawn. ``details``: other numbers by name, for reading.
    """

    design: str
    estimand: str
    estimate: float
    low: float
    high: float
    p: float
    interval_by: str
    averted: Interval | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    placebos: tuple[Placebo, ...] = ()
    warnings: tuple[Problem, ...] = ()
    confidence: float = 0.95
    simulations: int = 0
    seed: int | None = None
    details: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert self.estimand in NO_EFFECT, self.estimand

    @property
    def nothing(self) -> float:
        """The value of the estimand where nothing changed."""
        return NO_EFFECT[self.estimand]

    def as_ratio(self, value: float) -> float:
        """``value`` in terms of the estimand as a rate ratio; NaN where what would have come without the measure is not
        known."""
        if self.estimand == "rate-ratio":
            return value
        without = self.details.get("without", math.nan)
        return 1 + value / without if without > 0 else math.nan

    @property
    def failed(self) -> tuple[Diagnostic, ...]:
        """Diagnostics on which the effect rests and that did not hold."""
        return tuple(one for one in self.diagnostics if one.bears and one.held is False)

    def beside(
        self,
        *,
        placebos: tuple[Placebo, ...] = (),
        diagnostics: tuple[Diagnostic, ...] = (),
        warnings: tuple[Problem, ...] = (),
    ) -> Effect:
        """The same effect with what else was found out about it."""
        return replace(
            self,
            placebos=self.placebos + placebos,
            diagnostics=self.diagnostics + diagnostics,
            warnings=self.warnings + warnings,
        )
