"""Regression of counts: Poisson and negative binomial by maximum likelihood, Poisson under an elastic-net penalty.

Units with the same row of variables are one group: their number and their sum of counts are all that the Poisson
likelihood asks of them. Maps of places have few distinct rows, so that a hundred thousand cells cost what a few hundred
do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special
from threadpoolctl import ThreadpoolController

from convive.analysis.checks import Floats, checked_values, require
from convive.analysis.threads import Run, in_threads
from convive.errors import AnalysisError, Problem

Groups = NDArray[np.int64]

SWEEPS = 1_000
TOLERANCE = 1e-9
LEAST_DISPERSION = 1e-6


@dataclass(frozen=True)
class CountModel:
    """``coefficients`` (the intercept first) on the log scale, their ``covariance``; ``dispersion`` is σ of the
    variance μ(1 + σ), 0 for Poisson; ``log_likelihood`` with all constants; ``bic`` counts units as observations."""

    coefficients: Floats
    covariance: Floats
    dispersion: float
    log_likelihood: float
    bic: float
    distribution: str


def count_model(variables: ArrayLike, counts: ArrayLike, *, distribution: str = "poisson") -> CountModel:
    """Counts (n,) explained by ``variables`` (n, p; p may be 0) with a log link, by maximum likelihood.

    ``distribution``: ``poisson``, or ``negative-binomial`` with a variance in proportion to the mean, which is the type
    II of gamlss that the risk terrain program uses, and NB1 of Cameron & Trivedi (Regression Analysis of Count Data,
    §3.3). Raises :class:`~convive.errors.AnalysisError` where there is no maximum: a variable that repeats others, or
    one of whose sides has no event.
    """
    y = checked_counts(counts)
    x = _checked_variables(variables, len(y))
    require(distribution in ("poisson", "negative-binomial"), what="distribution", got=distribution, wanted="known")
    return _fitted(*_collapsed(x, y), n=len(y), distribution=distribution)


def checked_counts(counts: ArrayLike, n: int | None = None) -> Floats:
    """``counts`` (n,), whole numbers from 0, not all 0."""
    y = checked_values(counts, n, what="counts")
    whole = bool(np.all((y >= 0) & (y == np.round(y))))
    require(whole, what="counts", got="negative or broken", wanted="whole numbers from 0")
    require(bool(y.sum() > 0), what="counts", got="no event", wanted="at least one event")
    return y


def _checked_variables(variables: ArrayLike, n: int) -> Floats:
    """``variables`` (n, p), each a finite number."""
    x = np.asarray(variables, dtype=np.float64)
    require(len(x) == n, what="variables", got=len(x), wanted=f"{n} rows")
    require(bool(np.isfinite(x).all()), what="variables", got="a value missing or infinite", wanted="finite")
    return np.ascontiguousarray(x.reshape(n, -1))


def elastic_net(
    variables: ArrayLike,
    counts: ArrayLike,
    penalty: float,
    *,
    lasso_share: float = 1.0,
    standardised: bool = True,
    signs: int = 0,
) -> Floats:
    """The coefficients (the intercept first) that minimise the mean negative Poisson log-likelihood plus
    ``penalty`` × (``lasso_share`` × Σ|b| + (1 - ``lasso_share``) × Σb²/2); the intercept is free.

    ``variables`` (n, p), ``counts`` (n,). ``standardised``: penalise the coefficients per standard deviation, as glmnet
    does. ``signs``: 1 lets no coefficient be negative, -1 none positive. Coordinate descent on the quadratic
    approximation (Friedman, Hastie & Tibshirani, Journal of Statistical Software 2010;33(1)).
    """
    y = checked_counts(counts)
    x = _checked_variables(variables, len(y))
    _checked_penalty(lasso_share, signs)
    require(penalty >= 0, what="penalty", got=penalty, wanted=">= 0")
    scale = x.std(axis=0) if standardised else np.ones(x.shape[1])
    x = np.ascontiguousarray(np.where(scale > 0, x, 0.0))  # a constant says nothing beside the intercept
    found: Floats = _path(x, np.ones(len(y)), y, scale, np.array([float(penalty)]), float(lasso_share), signs)[0]
    return found


@dataclass(frozen=True)
class PenalisedChoice:
    """Over the ``penalties``, largest first: ``coefficients`` (penalty, 1 + variable) on all units and the mean
    ``deviance`` a unit out of sample, but for a constant; ``best`` is the place of its least."""

    penalties: Floats
    coefficients: Floats
    deviance: Floats
    best: int


def cross_validated(
    variables: ArrayLike,
    counts: ArrayLike,
    fold: ArrayLike,
    *,
    lasso_share: float = 1.0,
    signs: int = 0,
    penalties: int = 60,
) -> PenalisedChoice:
    """The penalty whose model, fitted without a fold, tells that fold's counts best; arguments as in
    :func:`elastic_net`, ``fold`` (n,) the fold of each unit, from 0."""
    y = checked_counts(counts)
    x = _checked_variables(variables, len(y))
    _checked_penalty(lasso_share, signs)
    require(penalties >= 1, what="penalties", got=penalties, wanted=">= 1")
    part = checked_values(fold, len(y), what="fold").astype(np.int64)
    folds = int(part.max()) + 1
    wanted = "at least two folds, from 0, one a unit"
    require(folds >= 2 and int(part.min()) >= 0, what="fold", got=folds, wanted=wanted)
    rows, group = np.unique(x, axis=0, return_inverse=True)
    group = group.reshape(-1)
    at = group * folds + part
    cells = np.bincount(at, minlength=len(rows) * folds).reshape(len(rows), folds).astype(np.float64)
    events = np.bincount(at, weights=y, minlength=len(rows) * folds).reshape(len(rows), folds).astype(np.float64)
    scale: Floats = np.asarray(x.std(axis=0), dtype=np.float64)
    rows = np.ascontiguousarray(np.where(scale > 0, rows, 0.0))
    ladder = _ladder(rows, cells.sum(axis=1), events.sum(axis=1), scale, lasso_share, signs, penalties)
    whole = _path(rows, cells.sum(axis=1), events.sum(axis=1), scale, ladder, lasso_share, signs)
    deviances = np.zeros((folds, len(ladder)))
    in_threads(_deviances, folds, rows, cells, events, scale, ladder, lasso_share, signs, deviances)
    deviance: Floats = deviances.sum(axis=0) / len(y)
    return PenalisedChoice(ladder, whole, deviance, int(np.argmin(deviance)))


def _checked_penalty(lasso_share: float, signs: int) -> None:
    require(0 < lasso_share <= 1, what="lasso_share", got=lasso_share, wanted="above 0, up to 1")
    require(signs in (-1, 0, 1), what="signs", got=signs, wanted="-1, 0 or 1")


def _ladder(
    rows: Floats, cells: Floats, events: Floats, scale: Floats, lasso_share: float, signs: int, steps: int
) -> Floats:
    """From the least penalty that leaves no variable in to a thousandth of it."""
    gradient = rows.T @ (events - cells * events.sum() / cells.sum()) / cells.sum()
    pull = np.abs(gradient) if signs == 0 else signs * gradient
    with np.errstate(divide="ignore", invalid="ignore"):
        largest = np.nanmax(np.where(scale > 0, pull / (scale * lasso_share), 0), initial=0)
    top = max(float(largest), 1e-12)
    ladder: Floats = np.geomspace(top, top * 1e-3, steps)
    return ladder


@njit(cache=True)
def _path(
    rows: Floats, cells: Floats, events: Floats, scale: Floats, ladder: Floats, lasso_share: float, signs: int
) -> Floats:
    """The coefficients at each penalty, each started from those of the one before.

    Rows are mostly zeros, so that only what is not zero is visited, and coordinates descend on the p × p information.
    """
    groups, p = rows.shape
    begins, column, value = _packed(rows)
    n = cells.sum()
    found = np.zeros((len(ladder), p + 1))
    beta = np.zeros(p + 1)
    beta[0] = np.log(max(events.sum(), 1e-9) / n)
    linear = np.full(groups, beta[0])
    shift = np.empty(groups)
    lasso, ridge = np.zeros(p + 1), np.zeros(p + 1)
    for step in range(len(ladder)):
        lasso[1:] = ladder[step] * lasso_share * scale
        ridge[1:] = ladder[step] * (1 - lasso_share) * scale**2
        before = _objective(linear, cells, events, n, beta, lasso, ridge)
        for _ in range(SWEEPS):
            slope, information = np.zeros(p + 1), np.zeros((p + 1, p + 1))
            for g in range(groups):
                mean = cells[g] * np.exp(min(linear[g], 50.0))
                for one in range(begins[g], begins[g + 1]):
                    slope[column[one]] += value[one] * (events[g] - mean)
                    for other in range(begins[g], one + 1):
                        information[column[one], column[other]] += value[one] * value[other] * mean
            for j in range(p + 1):
                for k in range(j):
                    information[k, j] = information[j, k]
            new = beta.copy()
            _descend(slope, information, n, new, lasso, ridge, signs)
            for g in range(groups):
                shift[g] = 0.0
                for one in range(begins[g], begins[g + 1]):
                    shift[g] += value[one] * (new[column[one]] - beta[column[one]])
            size = 1.0
            while True:
                tried = _objective(linear + size * shift, cells, events, n, beta + size * (new - beta), lasso, ridge)
                if tried <= before + 1e-12 * abs(before) or size < 1e-6:
                    break
                size /= 2
            moved = size * np.abs(new - beta).max()
            beta += size * (new - beta)
            linear += size * shift
            before = tried
            if moved < TOLERANCE:
                break
        found[step] = beta
    return found


@njit(cache=True)
def _packed(rows: Floats) -> tuple[Groups, Groups, Floats]:
    """What is not zero in each row, with a leading 1: where the row begins, the columns, the values."""
    groups, p = rows.shape
    begins = np.zeros(groups + 1, np.int64)
    for g in range(groups):
        begins[g + 1] = begins[g] + 1
        for j in range(p):
            if rows[g, j] != 0.0:
                begins[g + 1] += 1
    column, value = np.zeros(begins[-1], np.int64), np.ones(begins[-1])
    for g in range(groups):
        at = begins[g] + 1
        for j in range(p):
            if rows[g, j] != 0.0:
                column[at], value[at] = j + 1, rows[g, j]
                at += 1
    return begins, column, value


@njit(cache=True)
def _descend(
    slope: Floats, information: Floats, n: float, beta: Floats, lasso: Floats, ridge: Floats, signs: int
) -> None:
    """Coordinate descent on the quadratic approximation, in place; the intercept is the first and free."""
    for _ in range(SWEEPS):
        largest = 0.0
        for j in range(len(beta)):
            curve = information[j, j]
            if curve == 0.0:
                continue
            pull = (slope[j] + curve * beta[j]) / n
            new = 0.0
            if pull > lasso[j] and (j == 0 or signs >= 0):
                new = (pull - lasso[j]) / (curve / n + ridge[j])
            elif pull < -lasso[j] and (j == 0 or signs <= 0):
                new = (pull + lasso[j]) / (curve / n + ridge[j])
            change = new - beta[j]
            if change != 0.0:
                for k in range(len(beta)):
                    slope[k] -= change * information[k, j]
                beta[j] = new
                largest = max(largest, abs(change))
        if largest < TOLERANCE / 10:
            break


@njit(cache=True)
def _objective(
    linear: Floats, cells: Floats, events: Floats, n: float, beta: Floats, lasso: Floats, ridge: Floats
) -> float:
    value = 0.0
    for g in range(len(linear)):
        value += cells[g] * np.exp(min(linear[g], 50.0)) - events[g] * linear[g]
    value /= n
    for j in range(len(beta)):
        value += lasso[j] * abs(beta[j]) + ridge[j] * beta[j] * beta[j] / 2
    return value


@njit(cache=True, nogil=True)
def _deviances(
    run: Run,
    rows: Floats,
    cells: Floats,
    events: Floats,
    scale: Floats,
    ladder: Floats,
    lasso_share: float,
    signs: int,
    found: Floats,
) -> None:
    """The deviance of each fold (row) at each penalty (column) by the model of the other folds, but for a constant."""
    groups = len(cells)
    all_cells, all_events = cells.sum(axis=1), events.sum(axis=1)
    for fold in range(run[0], run[1]):
        path = _path(rows, all_cells - cells[:, fold], all_events - events[:, fold], scale, ladder, lasso_share, signs)
        for step in range(len(ladder)):
            for g in range(groups):
                linear = path[step, 0]
                for j in range(rows.shape[1]):
                    linear += rows[g, j] * path[step, j + 1]
                found[fold, step] += 2 * (cells[g, fold] * np.exp(min(linear, 50.0)) - events[g, fold] * linear)


def _collapsed(x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Distinct rows of ``x`` with a leading 1 and their count, and how many units are so."""
    rows, cells = np.unique(np.column_stack([np.ones(len(y)), x, y]), axis=0, return_counts=True)
    return rows[:, :-1], rows[:, -1], cells.astype(np.float64)


def _fitted(x: Floats, y: Floats, cells: Floats, *, n: int, distribution: str) -> CountModel:
    if np.linalg.matrix_rank(x * np.sqrt(cells)[:, None]) < x.shape[1]:
        raise AnalysisError(Problem("analysis-repeats-variables"))
    beta, information = _poisson(x, y, cells)
    if distribution == "poisson":
        mean = np.exp(x @ beta)
        value = float(cells @ (special.xlogy(y, mean) - mean - special.gammaln(y + 1)))
        bic = -2 * value + len(beta) * np.log(n)
        covariance: Floats = np.asarray(np.linalg.inv(information), dtype=np.float64)
        return CountModel(beta, covariance, 0.0, value, float(bic), distribution)
    return _negative_binomial(x, y, cells, beta, n)


def _poisson(x: Floats, y: Floats, cells: Floats) -> tuple[Floats, Floats]:
    """The coefficients by Newton's method, and their information."""
    beta = np.zeros(x.shape[1])
    beta[0] = np.log(cells @ y / cells.sum())
    value = -np.inf
    for _ in range(100):
        mean = np.exp(np.minimum(x @ beta, 50.0))
        information = (x * (cells * mean)[:, None]).T @ x
        step = np.linalg.lstsq(information, x.T @ (cells * (y - mean)), rcond=None)[0]
        size = 1.0
        while True:
            tried = beta + size * step
            linear = np.minimum(x @ tried, 50.0)
            told = float(cells @ (y * linear - np.exp(linear)))
            if told >= value - 1e-12 * abs(value) or size < 1e-6:
                break
            size /= 2
        beta, value = tried, told
        if np.abs(size * step).max() < 1e-10:
            break
    if np.abs(beta[1:]).max(initial=0) > 15:
        raise AnalysisError(Problem("analysis-no-maximum"))
    mean = np.exp(x @ beta)
    return beta, (x * (cells * mean)[:, None]).T @ x


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


def _negative_binomial(x: Floats, y: Floats, cells: Floats, start: Floats, n: int) -> CountModel:
    def slope(both: Floats) -> tuple[float, Floats]:
        linear, spread = np.minimum(x @ both[:-1], 50.0), np.exp(both[-1])
        size = np.exp(linear) / spread
        more, log1 = special.digamma(y + size) - special.digamma(size), np.log1p(spread)
        value = special.gammaln(y + size) - special.gammaln(size) - special.gammaln(y + 1)
        value += y * both[-1] - (y + size) * log1
        by_spread = -size * more + y - spread / (1 + spread) * (y + size) + size * log1
        return -float(cells @ value), -np.append(x.T @ (cells * size * (more - log1)), cells @ by_spread)

    mean = np.exp(x @ start)
    excess = float(cells @ ((y - mean) ** 2 / mean) / cells.sum()) - 1
    begin = np.append(start, np.log(max(excess, 1e-2)))
    lowest = float(np.log(LEAST_DISPERSION))
    bounds = [(None, None)] * len(start) + [(lowest, 15.0)]
    # A matrix of a few variables is no work for several threads: on a busy machine they wait long for each other.
    with _blas().limit(limits=1, user_api="blas"):
        found = optimize.minimize(slope, begin, jac=True, method="L-BFGS-B", bounds=bounds, options={"gtol": 1e-8})
    at = found.x
    small = 1e-4
    steps = np.eye(len(at)) * small
    hessian = np.array([(slope(at + one)[1] - slope(at - one)[1]) / (2 * small) for one in steps])
    if at[-1] <= lowest + 1e-6:
        covariance = np.linalg.inv(hessian[:-1, :-1])
    else:
        covariance = np.linalg.inv((hessian + hessian.T) / 2)[:-1, :-1]
    value = -float(found.fun)
    bic = -2 * value + len(at) * np.log(n)
    return CountModel(at[:-1], covariance, float(np.exp(at[-1])), value, float(bic), "negative-binomial")
