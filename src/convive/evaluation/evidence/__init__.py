"""What worked elsewhere, how far it can be believed, and what of it may be expected here.

``library.toml`` holds studies with their sources, ``designs.toml`` the rules by which a design is graded and an effect
carried over; both are data. Studies that give a ratio with its interval are pooled by measure; what is carried over to
the city is the log ratio times two shares, one for the design and one for the distance, and the prediction interval
with them: another city may expect anything in it.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field, FiniteFloat
from scipy import stats

from convive.evaluation.evidence.pooling import Pooled, pooled
from convive.observatory import Bilingual, Strict

FOLDER = Path(__file__).parent

MARK = "evidence:"
"""Before the id of a study where the source of a plan or a matrix cites one."""


class Study(Strict):
    """One study as ``library.toml`` tells it. ``same_data_as``: a study whose data it shares, so that only one of both
    is pooled."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    measure: str
    what: Bilingual
    place: str
    years: str
    design: str
    outcome: Bilingual
    ratio: FiniteFloat | None = Field(default=None, gt=0)
    low: FiniteFloat | None = Field(default=None, gt=0)
    high: FiniteFloat | None = Field(default=None, gt=0)
    confidence: FiniteFloat = Field(default=0.95, gt=0, lt=1)
    in_words: Bilingual | None = None
    note: Bilingual | None = None
    region: str
    same_data_as: str = ""
    source: str = Field(min_length=5)
    url: str = ""

    @property
    def level(self) -> int:
        """The level of its design on the Maryland scale, 1–5."""
        return int(rules()["designs"][self.design]["level"])

    @property
    def error(self) -> float | None:
        """The standard error of the log ratio, from its interval."""
        if self.ratio is None or self.low is None or self.high is None:
            return None
        return math.log(self.high / self.low) / (2 * float(stats.norm.isf((1 - self.confidence) / 2)))

    @property
    def kept(self) -> float:
        """The share of its log ratio that may be expected in another city; 0 where nothing may."""
        told = rules()
        if self.level < int(told["transport"]["least_level"]):
            return 0.0
        return float(told["designs"][self.design]["kept"]) * float(told["transport"][self.region])


class _Library(Strict):
    version: str
    study: tuple[Study, ...]


@dataclass(frozen=True)
class Expected:
    """What a ``measure`` may do in another city: the ratio with the interval in which the next city lies, and the ids
    of the ``studies`` that it rests on; ``pool`` is None where there is one alone."""

    measure: str
    ratio: float
    low: float
    high: float
    kept: float
    studies: tuple[str, ...]
    pool: Pooled | None


@cache
def studies() -> tuple[Study, ...]:
    """All studies, those of one measure together, the best design first."""
    told = _Library.model_validate(tomllib.loads((FOLDER / "library.toml").read_text("utf-8"))).study
    order = list(rules()["measures"])
    return tuple(sorted(told, key=lambda one: (order.index(one.measure), -one.level)))


@cache
def rules() -> dict[str, Any]:
    """``designs.toml`` as it stands."""
    return tomllib.loads((FOLDER / "designs.toml").read_text("utf-8"))


def study(name: str) -> Study | None:
    """The study with the id ``name``, for a plan or a score sheet that cites it."""
    return next((one for one in studies() if one.id == name), None)


def named(source: str) -> tuple[Study, ...]:
    """The studies that a ``source`` cites; its parts stand between semicolons."""
    told = (one.strip().removeprefix(MARK) for one in source.split(";") if one.strip().startswith(MARK))
    return tuple(found for name in told if (found := study(name)) is not None)


def expected(measure: str) -> Expected | None:
    """What may be expected of ``measure`` in another city; None where no study of it may be carried over."""
    usable = [
        one
        for one in studies()
        if one.measure == measure and one.error is not None and one.kept > 0 and not one.same_data_as
    ]
    if not usable:
        return None
    logs = [math.log(one.ratio or 1.0) for one in usable]
    errors = [one.error or 0.0 for one in usable]
    kept = min(one.kept for one in usable)
    pool = pooled(logs, errors, at_least_fixed=True) if len(usable) > 1 else None
    middle, error, spread = (logs[0], errors[0], 0.0) if pool is None else (pool.effect, pool.error, pool.tau)
    if pool is not None and math.isfinite(pool.next_low):
        low, high = pool.next_low, pool.next_high
    else:
        # One or two studies cannot say how much cities differ: at least as much as the rules suppose. Without that one
        # study alone would look surer than two that agree.
        reach = float(stats.norm.isf(0.025)) * math.hypot(
            error, max(spread, float(rules()["transport"]["least_spread"]))
        )
        low, high = middle - reach, middle + reach
    return Expected(
        measure,
        math.exp(kept * middle),
        math.exp(kept * low) if low < 0 else math.exp(low),
        # What may go wrong is not discounted.
        math.exp(kept * high) if high < 0 else math.exp(high),
        kept,
        tuple(one.id for one in usable),
        pool,
    )
