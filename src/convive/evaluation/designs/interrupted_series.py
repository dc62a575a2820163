"""Interrupted series of counts: the level (and slope) after the start beside what the series itself led to expect.

log μ = a + trend + yearly waves + log exposure + level·(after) [+ slope·(time since the start)]. Poisson or negative
binomial; errors that allow for memory (:mod:`convive.evaluation.regression`). Lopez Bernal, Cummins & Gasparrini,
International Journal of Epidemiology 2017. Without a comparison, what else began then is taken for the measure.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from convive.analysis.checks import require
from convive.errors import EvaluationError, Problem
from convive.evaluation import regression
from convive.evaluation.result import Diagnostic, Effect, Interval
from convive.evaluation.series import Floats, Series
from convive.evaluation.window import Flags, Window, window

NAME = "interrupted-series"

PER_YEAR = {"day": 365.25, "week": 365.25 / 7, "month": 12.0, "quarter": 4.0, "year": 1.0}

LAWS = ("poisson", "negative-binomial")

MEMORY = 0.01
"""Residuals that remember each other with a p-value below this: waves longer than the errors allow for."""


@dataclass(frozen=True)
class Fitted:
    """The model of one series: ``x`` (n, p) and the same without the measure, ``x0``; ``names`` (p,) of columns;
    ``coefficients``, their model-based ``errors`` (Poisson or negative binomial taken at its word) and ``mean`` (n,);
    ``alpha`` of the variance μ + αμ², ``dispersion`` over it. ``contrast``: log rate ratio over the periods after, its
    Newey–West ``error`` over ``lags``."""

    names: tuple[str, ...]
    x: Floats
    x0: Floats
    offset: Floats
    after: Flags
    coefficients: Floats
    errors: Floats
    mean: Floats
    alpha: float
    dispersion: float
    contrast: float
    error: float
    lags: int

    def without(self) -> Floats:
        """Events (n,) expected in each period without the measure."""
        found: Floats = np.exp(self.x0 @ self.coefficients + self.offset)
        return found


def interrupted_series(
    series: Series,
    start: dt.date,
    *,
    law: str = "poisson",
    waves: int = 1,
    trend: bool = True,
    slope: bool = False,
    confidence: float = 0.95,
    simulations: int = 999,
    seed: int = 0,
) -> Effect:
    """The rate ratio of the periods after ``start`` over what was to be expected, and the events averted.

    ``law``: ``poisson`` (its variance may exceed the mean) or ``negative-binomial``; ``waves``: harmonics of the year;
    ``slope``: let the measure grow or fade; the ratio is then that of all events after. Raises
    :class:`~convive.errors.EvaluationError` as :func:`~convive.evaluation.window.window` does, and where nothing fits.
    """
    require(0 < confidence < 1, what="confidence", got=confidence, wanted="0 … 1")
    require(simulations >= 99, what="simulations", got=simulations, wanted=">= 99")
    cut = window(series, start)
    model = fit(series, cut, law=law, waves=waves, trend=trend, slope=slope)
    dispersion = model.dispersion * (1 + model.alpha * model.mean)
    drawn = regression.studentised(
        model.mean,
        dispersion,
        model.coefficients,
        model.x,
        model.x0,
        model.offset,
        model.after,
        model.alpha,
        model.lags,
        seed,
        simulations,
    )
    reach = regression.half_width(drawn, confidence) * model.error
    without = float(model.without()[model.after].sum())
    observed = float(series.counts[cut.used][model.after].sum())
    ratio, low, high = (math.exp(model.contrast + side) for side in (0.0, -reach, reach))
    return Effect(
        NAME,
        "rate-ratio",
        ratio,
        low,
        high,
        regression.chance_of(model.contrast / model.error, drawn),
        "newey-west",
        # What happened is known; what would have happened is as uncertain as the ratio.
        averted=Interval(observed * (1 / ratio - 1), observed * (1 / high - 1), observed * (1 / low - 1)),
        diagnostics=_diagnostics(series.counts[cut.used], model),
        warnings=cut.warnings,
        confidence=confidence,
        simulations=simulations,
        seed=seed,
        details={"without": without, "observed": observed, "dispersion": model.dispersion, "alpha": model.alpha}
        | {f"coefficient.{name}": float(one) for name, one in zip(model.names, model.coefficients, strict=True)},
    )


def fit(
    series: Series,
    cut: Window,
    *,
    law: str = "poisson",
    waves: int = 1,
    trend: bool = True,
    slope: bool = False,
    lags: int | None = None,
) -> Fitted:
    """The model alone, over the periods before and after; without simulation."""
    require(law in LAWS, what="law", got=law, wanted=" / ".join(LAWS))
    require(waves >= 0, what="waves", got=waves, wanted=">= 0")
    used = cut.used
    y, offset, after = series.counts[used], np.log(series.exposure[used]), cut.after[used]
    names, x, x0 = design(series, cut, waves=waves, trend=trend, slope=slope)
    taken = regression.lags_for(len(y)) if lags is None else lags
    alpha = 0.0 if law == "poisson" else _alpha(y, x, offset)
    begin = _beginning(y, offset, x.shape[1])
    mean, inverse = np.empty(len(y)), np.empty((x.shape[1], x.shape[1]))
    found, error = regression.judged(y, x, x0, offset, after, alpha, taken, begin, mean, inverse)
    if not math.isfinite(found) or not error > 0:
        raise EvaluationError(Problem("evaluation-no-fit", value=cut.start.isoformat(), values={"columns": len(names)}))
    spread = mean * (1 + alpha * mean)
    phi = max(1.0, float(((y - mean) ** 2 / spread).sum() / (len(y) - len(names))))
    return Fitted(names, x, x0, offset, after, begin, np.sqrt(np.diag(inverse)), mean, alpha, phi, found, error, taken)


def design(
    series: Series, cut: Window, *, waves: int, trend: bool, slope: bool
) -> tuple[tuple[str, ...], Floats, Floats]:
    """Names and columns of the model over the periods used, with the measure and without it. Time is in years."""
    yearly = PER_YEAR[series.period]
    time = np.arange(len(series.counts), dtype=np.float64) / yearly
    since = np.where(cut.after, time - time[cut.first_after], 0.0)
    columns = {"level": np.ones(len(time))}
    if trend:
        columns["trend"] = time - time.mean()
    for wave in range(1, waves + 1):
        if 2 * wave <= yearly:
            columns[f"cosine-{wave}"] = np.cos(2 * np.pi * wave * time)
        if 2 * wave < yearly:
            columns[f"sine-{wave}"] = np.sin(2 * np.pi * wave * time)
    columns["after"] = cut.after.astype(np.float64)
    if slope:
        columns["slope-after"] = since
    x = np.column_stack(list(columns.values()))[cut.used]
    x0 = x.copy()
    x0[:, [at for at, name in enumerate(columns) if name in ("after", "slope-after")]] = 0.0
    return tuple(columns), np.ascontiguousarray(x), np.ascontiguousarray(x0)


def _beginning(y: Floats, offset: Floats, columns: int) -> Floats:
    begin = np.zeros(columns)
    begin[0] = math.log(y.sum() / np.exp(offset).sum())
    return begin


def _alpha(y: Floats, x: Floats, offset: Floats) -> float:
    """The dispersion of a negative binomial of variance μ + αμ² by maximum likelihood (Lawless, Canadian Journal of
    Statistics 1987); 0 where the counts vary no more than Poisson ones."""
    begin = _beginning(y, offset, x.shape[1])
    mean, inverse = np.empty(len(y)), np.empty((x.shape[1], x.shape[1]))

    def against(log_alpha: float) -> float:
        size = math.exp(-log_alpha)
        if not regression.solve(y, x, offset, 1 / size, begin, mean, inverse):
            return math.inf
        return -float(stats.nbinom.logpmf(y, size, size / (size + mean)).sum())

    found = optimize.minimize_scalar(against, bounds=(-9.0, 3.0), method="bounded", options={"xatol": 1e-7})
    return 0.0 if found.x < -8.9 else math.exp(float(found.x))


def _diagnostics(y: Floats, model: Fitted) -> tuple[Diagnostic, ...]:
    lags = min(model.lags, 12)
    q = regression.memory(y, model.mean, lags)
    p = float(stats.chi2.sf(q, lags))
    return (
        Diagnostic("dispersion", model.dispersion),
        Diagnostic("memory", q, p=p, held=p >= MEMORY, bears=True),
    )
