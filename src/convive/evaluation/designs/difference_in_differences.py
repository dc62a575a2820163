"""Difference in differences of counts: how the treated changed beside how the others changed, as a ratio of rates.

log μ = unit + period + log exposure + effect·(treated and after), by Poisson pseudo maximum likelihood
(:mod:`convive.evaluation.two_way`). Whose chance the interval speaks of is named in ``interval_by``:

``periods``       few units: the ups and downs of the treated beside the others, period by period, with memory; critical
                  values by simulation. Assumes that no unit drifts off by itself for good.
``permutation``   one or few treated and at least 19 others: each in turn is taken for treated (Abadie, Diamond &
                  Hainmueller, JASA 2010). Nothing is assumed but that it could have been any of them.
``wild``          many units on both sides: scores of units, their signs drawn (Kline & Santos, Journal of Econometric
                  Methods 2012), over the error of ``cluster``.
``cluster``       errors clustered by unit, each left out in turn (the jackknife CV3: MacKinnon, Nielsen & Webb, Journal
                  of Applied Econometrics 2023), t with units − 1. The usual error is too small for few clusters
                  (Cameron, Gelbach & Miller, Review of Economics and Statistics 2008).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from convive.analysis.checks import require
from convive.errors import EvaluationError, Problem
from convive.evaluation import blocks, regression, two_way
from convive.evaluation.designs.unit_placebos import chance_among, expected_quantile
from convive.evaluation.result import Diagnostic, Effect, averted_by
from convive.evaluation.series import Floats, Panel
from convive.evaluation.window import told_once, treated_and_compared, window

NAME = "difference-in-differences"

ERRORS = ("auto", "periods", "permutation", "wild", "cluster")

MANY = 10
"""From so many units on each side on, errors go by units."""

LARGEST = 50.0
"""A log ratio beyond this is no limit."""

FEWEST_PLACEBOS = 19
"""With fewer units to permute, no p-value can be as low as 0.05."""


@dataclass(frozen=True)
class TwoWay:
    """A fitted model: ``effect`` (log rate ratio), ``mean`` and the treatment without unit and period effects,
    ``partial`` (units, periods), the ``information`` on the effect."""

    effect: float
    mean: Floats
    partial: Floats
    information: float


def difference_in_differences(
    panel: Panel,
    treated: Sequence[str],
    start: dt.date,
    *,
    comparison: Sequence[str] | None = None,
    errors: str = "auto",
    confidence: float = 0.95,
    simulations: int = 999,
    seed: int = 0,
) -> Effect:
    """The rate ratio of ``treated`` units since ``start``, beside the ``comparison`` (all never treated where None).

    Raises :class:`~convive.errors.EvaluationError` as :func:`~convive.evaluation.window.treated_and_compared` and
    :func:`~convive.evaluation.window.window` do, and where nothing fits.
    """
    require(errors in ERRORS, what="errors", got=errors, wanted=" / ".join(ERRORS))
    require(0 < confidence < 1, what="confidence", got=confidence, wanted="0 … 1")
    require(simulations >= 99, what="simulations", got=simulations, wanted=">= 99")
    own, others, left_out = treated_and_compared(panel, treated, start, comparison)
    cut = window(own, start)
    beside = window(others, start)
    y = np.vstack([own.counts, others.counts])[:, cut.used]
    exposure = np.vstack([own.exposure, others.exposure])[:, cut.used]
    d = np.zeros_like(y)
    d[: len(own.units)] = cut.after[cut.used]
    model = fit(y, exposure, d)
    how = choose(len(own.units), len(others.units)) if errors == "auto" else errors
    low, high, p = _INTERVALS[how](y, exposure, d, model, confidence, simulations, seed)
    ratio = math.exp(model.effect)
    observed = float((y * d).sum())
    # A simulated panel without a fit leaves no limit to the interval: then there is none.
    bounds = (math.exp(low), math.exp(high)) if math.isfinite(low) and high < LARGEST else (math.nan, math.nan)
    return Effect(
        NAME,
        "rate-ratio",
        ratio,
        *bounds,
        p,
        how,
        averted=averted_by(observed, ratio, *bounds),
        diagnostics=_diagnostics(how, len(own.units), len(others.units)),
        warnings=told_once(left_out, cut.warnings, beside.warnings),
        confidence=confidence,
        simulations=0 if how == "cluster" else simulations,
        seed=None if how in ("cluster", "permutation") else seed,
        details={
            "observed": observed,
            "without": observed / ratio,
            "treated": float(len(own.units)),
            "compared": float(len(others.units)),
        },
    )


def choose(treated: int, compared: int) -> str:
    """Whose chance the interval goes by, for so many units on each side."""
    if min(treated, compared) >= MANY:
        return "wild"
    return "permutation" if compared >= FEWEST_PLACEBOS else "periods"


def _diagnostics(how: str, treated: int, compared: int) -> tuple[Diagnostic, ...]:
    """Errors that go by units are false for a handful of them."""
    if how not in ("wild", "cluster"):
        return ()
    fewest = min(treated, compared)
    return (Diagnostic("few-clusters", float(fewest), held=fewest >= MANY, bears=True),)


def fit(y: Floats, exposure: Floats, d: Floats) -> TwoWay:
    """The model of ``y`` (units, periods) with the treatment ``d`` of the same shape, which may be a share of the
    period. Raises :class:`~convive.errors.EvaluationError` where the effect cannot be had."""
    delta, mean, partial = np.zeros(1), np.empty_like(y), np.empty((1, *y.shape))
    inverse = np.empty((1, 1))
    if not two_way.fit(y, exposure, np.ascontiguousarray(d[None]), delta, mean, partial, inverse):
        raise EvaluationError(Problem("evaluation-no-fit", values={"columns": 1}))
    return TwoWay(float(delta[0]), mean, partial[0], float(1 / inverse[0, 0]))


def clustered(y: Floats, model: TwoWay, *, parameters: int = 0) -> float:
    """The error of the effect clustered by unit, times G/(G − 1), as programs of econometrics give it; with
    ``parameters`` also times (N − 1)/(N − parameters)."""
    scores = (model.partial * (y - model.mean)).sum(axis=1)
    units = len(scores)
    factor = units / (units - 1) * ((y.size - 1) / (y.size - parameters) if parameters else 1.0)
    return math.sqrt(factor * float(scores @ scores)) / model.information


def jackknifed(y: Floats, exposure: Floats, d: Floats, model: TwoWay) -> float:
    """The error of the effect clustered by unit, from the effect without each unit in turn (CV3); infinite where there
    is no effect without one of them, which is then all that is known."""
    units = len(y)
    squares = 0.0
    for row in range(units):
        keep = np.arange(units) != row
        try:
            squares += (fit(y[keep], exposure[keep], d[keep]).effect - model.effect) ** 2
        except EvaluationError:
            return math.inf
    return math.sqrt((units - 1) / units * squares)


def _by_cluster(
    y: Floats, exposure: Floats, d: Floats, model: TwoWay, confidence: float, simulations: int, seed: int
) -> tuple[float, float, float]:
    error, freedom = jackknifed(y, exposure, d, model), len(y) - 1
    reach = error * float(stats.t.isf((1 - confidence) / 2, freedom))
    p = 2 * float(stats.t.sf(abs(model.effect) / error, freedom))
    return model.effect - reach, model.effect + reach, p


def _by_periods(
    y: Floats, exposure: Floats, d: Floats, model: TwoWay, confidence: float, simulations: int, seed: int
) -> tuple[float, float, float]:
    """The treated added up beside the others added up: their units tell nothing more of a period."""
    own, after = d.sum(axis=1) > 0, d.sum(axis=0) > 0
    streams = np.stack([y[own].sum(axis=0), y[~own].sum(axis=0)])
    exposed = np.stack([exposure[own].sum(axis=0), exposure[~own].sum(axis=0)])
    signs, lags = np.array([1.0, -1.0]), regression.lags_for(y.shape[1])
    _, errors = blocks.estimates(streams[None], exposed, signs, after, lags)
    drawn = blocks.studentised(streams, exposed, signs, after, lags=lags, simulations=simulations, seed=seed)
    error = float(errors[0])
    reach = error * regression.half_width(drawn, confidence)
    return model.effect - reach, model.effect + reach, regression.chance_of(model.effect / error, drawn)


def _by_permutation(
    y: Floats, exposure: Floats, d: Floats, model: TwoWay, confidence: float, simulations: int, seed: int
) -> tuple[float, float, float]:
    """Each comparison (or as many of them as were treated, drawn) in the place of the treated, which stay out; effects
    over their errors, so that a small unit may stand for a large one. An error is chance, smaller where there are more
    events, and what units differ by beyond it, alike in all: without the latter large units would stray most and hide
    what happened in a small one."""
    treated = int((d.sum(axis=1) > 0).sum())
    pool, pattern = np.arange(treated, len(y)), d[0]
    if treated == 1:
        chosen = pool[:, None]
    else:
        generator = np.random.default_rng(seed)
        chosen = np.stack([generator.choice(pool, treated, replace=False) for _ in range(simulations)])
    effects, chance = np.empty(len(chosen)), np.empty(len(chosen))
    for at, units in enumerate(chosen):
        fake = np.zeros_like(d)
        fake[units] = pattern
        found = fit(y[pool], exposure[pool], fake[pool])
        effects[at], chance[at] = found.effect, 1 / found.information
    beyond = max(float((effects**2 - chance).mean()), 0.0)
    placebos = np.abs(effects) / np.sqrt(chance + beyond)
    error = math.sqrt(1 / model.information + beyond)
    p = chance_among(abs(model.effect) / error, placebos)
    reach = expected_quantile(placebos, confidence) * error
    return model.effect - reach, model.effect + reach, p


def _by_wild(
    y: Floats, exposure: Floats, d: Floats, model: TwoWay, confidence: float, simulations: int, seed: int
) -> tuple[float, float, float]:
    """Signs of Webb (six points, for few clusters) on the scores of units around the fitted effect."""
    scores = (model.partial * (y - model.mean)).sum(axis=1)
    points = np.sqrt([0.5, 1.0, 1.5])
    generator = np.random.default_rng(seed)
    signs = generator.choice(np.concatenate([-points, points]), size=(simulations, len(scores)))
    drawn = signs * scores
    total, squares = drawn.sum(axis=1), np.zeros(simulations)
    own = d.sum(axis=1) > 0
    for side in (own, ~own):
        m = int(side.sum())
        if m < 2:
            return -math.inf, math.inf, 1.0
        # Each side learns its own mean, as the jackknife of the error does.
        squares += m / (m - 1) * ((drawn[:, side] ** 2).sum(axis=1) - drawn[:, side].sum(axis=1) ** 2 / m)
    statistics = total / np.sqrt(np.maximum(squares, 1e-300))
    error = jackknifed(y, exposure, d, model)
    reach = error * regression.half_width(statistics, confidence)
    return model.effect - reach, model.effect + reach, regression.chance_of(model.effect / error, statistics)


_INTERVALS = {
    "cluster": _by_cluster,
    "periods": _by_periods,
    "permutation": _by_permutation,
    "wild": _by_wild,
}
