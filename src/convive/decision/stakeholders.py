"""Stakeholders, and the feasibility and capacity that follow from what is written of them.

Power and interest as in the power–interest grid (Mendelow 1981; Eden & Ackermann, Making Strategy, 1998, ch. 7):
whoever has more of both weighs more in how feasible an approach is. Capacity is of those who would carry an approach
out. What is not known of a stakeholder is left out and counted, never taken for neutral.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from convive.decision.matrix import Floats, Integers, Scale

STRONG = 2.0
"""A position runs from -2, strong opposition, to 2, strong support."""


@dataclass(frozen=True)
class Stakeholders:
    """s stakeholders and n approaches: ``power`` and ``interest`` (s,) and ``capacity`` (s, n) on the matrix's scale,
    ``position`` (s, n) from -2 to 2; NaN where not known, and in ``capacity`` where one does not carry an approach out.
    ``counted`` (s,): whether its position counts as political support; a gang's does not."""

    power: Floats
    interest: Floats
    position: Floats
    capacity: Floats
    counted: Floats


@dataclass(frozen=True)
class Support:
    """What stakeholders give each approach: a score ``value`` (n,) on the scale, NaN where nothing is known, and how
    many are ``known`` (n,)."""

    value: Floats
    known: Integers


def feasibility(stakeholders: Stakeholders, scale: Scale) -> Support:
    """The mean position, weighed by power times interest, brought onto the scale: all strongly against is its low end,
    neutral its middle, all strongly for its high end."""
    weight = stakeholders.power * stakeholders.interest * stakeholders.counted
    mean, known = _mean(stakeholders.position, weight)
    return Support(scale.middle + mean / STRONG * (scale.high - scale.low) / 2, known)


def capacity(stakeholders: Stakeholders) -> Support:
    """The mean capacity of those who would carry an approach out, weighed by their power over it."""
    mean, known = _mean(stakeholders.capacity, stakeholders.power)
    return Support(mean, known)


def _mean(values: ArrayLike, weight: Floats) -> tuple[Floats, Integers]:
    """The weighted mean of what is known of each approach (n,), and how many speak."""
    array = np.asarray(values, dtype=np.float64)
    speaks = np.isfinite(array) & (weight[:, None] > 0)
    weights = np.where(speaks, weight[:, None], 0.0)
    total = weights.sum(axis=0)
    with np.errstate(invalid="ignore"):
        mean = np.where(total > 0, (weights * np.where(speaks, array, 0.0)).sum(axis=0) / total, np.nan)
    return mean, speaks.sum(axis=0).astype(np.int64)
