"""Ratios of ratios of sums: the same few streams of counts before and after, and how far their ratio strays by chance.

The log ratio is Σ sign·(log rate after − log rate before). Whatever moves all streams of a period alike drops out of
it, and out of its error, because it enters with signs that cancel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from convive.evaluation.regression import Flags, chance_of, half_width
from convive.evaluation.series import Floats


@dataclass(frozen=True)
class Ratio:
    """The log ratio ``found``, its Newey–West ``error``, the interval ``low``–``high`` and the two-sided ``p``."""

    found: float
    error: float
    low: float
    high: float
    p: float


def ratio(
    counts: Floats,
    exposure: Floats,
    signs: Floats,
    after: Flags,
    *,
    lags: int,
    confidence: float,
    simulations: int,
    seed: int,
) -> Ratio:
    """The ratio of ``counts`` (streams, periods) with ``signs`` (streams,) of +1 and −1. Errors and critical values as
    in :mod:`convive.evaluation.regression`: Newey–West over periods, its distribution by simulation of streams that
    have the levels, the common ups and downs and the dispersion of those seen."""
    found, error = estimates(counts[None], exposure, signs, after, lags)
    statistics = studentised(counts, exposure, signs, after, lags=lags, simulations=simulations, seed=seed)
    reach = half_width(statistics, confidence) * float(error[0])
    at = float(found[0])
    return Ratio(at, float(error[0]), at - reach, at + reach, chance_of(at / float(error[0]), statistics))


def studentised(
    counts: Floats, exposure: Floats, signs: Floats, after: Flags, *, lags: int, simulations: int, seed: int
) -> Floats:
    """(ratio − truth) / error (simulations,) on streams drawn like those seen; infinite where one is empty."""
    truth, _ = estimates(counts[None], exposure, signs, after, lags)
    drawn, errors = estimates(_drawn(counts, exposure, after, simulations, seed), exposure, signs, after, lags)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(np.isfinite(drawn) & (errors > 0), (drawn - truth) / errors, np.inf)
    return found


def estimates(counts: Floats, exposure: Floats, signs: Floats, after: Flags, lags: int) -> tuple[Floats, Floats]:
    """Log ratios and Newey–West errors (sets,) of ``counts`` (sets, streams, periods)."""
    influence = np.zeros((len(counts), counts.shape[2]))
    found = np.zeros(len(counts))
    with np.errstate(divide="ignore", invalid="ignore"):
        for side, way in ((after, 1.0), (~after, -1.0)):
            total, mass = counts[:, :, side].sum(axis=2), exposure[:, side].sum(axis=1)
            found += way * (signs * np.log(total / mass)).sum(axis=1)
            expected = total[:, :, None] * exposure[:, side] / mass[:, None]
            n = int(side.sum())
            # A mean is estimated on each side, hence n − 1.
            part = ((counts[:, :, side] - expected) / total[:, :, None] * signs[:, None]).sum(axis=1)
            influence[:, side] = way * part * np.sqrt(n / max(n - 1, 1))
        variance = (influence**2).sum(axis=1)
        for lag in range(1, lags + 1):
            variance += 2 * (1 - lag / (lags + 1)) * (influence[:, lag:] * influence[:, :-lag]).sum(axis=1)
    return found, np.sqrt(np.maximum(variance, 0.0))


def _drawn(counts: Floats, exposure: Floats, after: Flags, simulations: int, seed: int) -> Floats:
    """Sets (simulations, streams, periods) like ``counts`` with each side's rates, independent in time."""
    expected = np.empty_like(counts)
    for side in (after, ~after):
        expected[:, side] = exposure[:, side] * (counts[:, side].sum(axis=1) / exposure[:, side].sum(axis=1))[:, None]
    common = counts.sum(axis=0) / expected.sum(axis=0)
    freedom = (counts.shape[0] - 1) * (counts.shape[1] - 2)
    mean = expected * common
    squares = np.divide((counts - mean) ** 2, mean, out=np.zeros_like(mean), where=mean > 1e-12)
    dispersion = max(1.0, float(squares.sum() / freedom))
    generator = np.random.default_rng(seed)
    size = (simulations, *counts.shape)
    if dispersion > 1.0 + 1e-9:
        rates = generator.gamma(np.maximum(mean, 1e-12) / (dispersion - 1), dispersion - 1, size=size)
    else:
        rates = np.broadcast_to(mean, size)
    drawn: Floats = generator.poisson(rates).astype(np.float64)
    return drawn
