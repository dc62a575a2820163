"""Three sources and more: log-linear models of who saw what (Fienberg, Biometrika 1972; IWGDMF, Am J Epidemiol 1995).

A capture history is a number whose bit ``i`` says whether source ``i`` saw the death; the history 0 is what nobody saw.
A model holds the sources and some of their pairs: a pair in it are sources that see the same deaths more, or less,
often than chance. The term of all sources together cannot be known and is taken as absent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy
from scipy.stats import chi2

Floats = NDArray[np.float64]
Pairs = tuple[tuple[int, int], ...]

STEPS = 40
CLOSE = 1e-9


@dataclass(frozen=True)
class Fit:
    """One model fitted to one register or to many at once (arrays of the same length).

    ``unseen``: deaths that no source saw. ``variance``: of that number, that of the register's own chance included.
    ``aicc`` and ``bic``: Akaike's criterion for small samples and Schwarz's. ``error``: the largest standard error of a
    term, which grows without bound where the data do not identify the model. ``chance``: how often a register for which
    the model is true would fit it worse (likelihood-ratio test); 1 for a model with as many terms as histories.
    """

    pairs: Pairs
    unseen: Floats
    variance: Floats
    aicc: Floats
    bic: Floats
    error: Floats
    chance: Floats


def models(sources: int) -> Iterator[Pairs]:
    """All models of ``sources`` sources: every set of pairs, the fewest first. With two sources, independence alone."""
    every = list(combinations(range(sources), 2))
    if sources == 2:
        yield ()
        return
    for size in range(len(every) + 1):
        yield from combinations(every, size)


def fit(counts: Floats, sources: int, pairs: Pairs) -> Fit:
    """Fit one model by maximum likelihood (Newton's method on the Poisson likelihood).

    ``counts``: (registers, 2**sources − 1) deaths of each history from 1 on.
    """
    design = _design(sources, pairs)
    values = np.linalg.lstsq(design, np.log(counts + 0.5).T, rcond=None)[0].T
    ridge = CLOSE * np.eye(design.shape[1])
    for _ in range(STEPS):
        expected = np.exp(np.clip(values @ design.T, -30, 30))
        information = np.einsum("rc,ci,cj->rij", expected, design, design) + ridge
        step = np.linalg.solve(information, ((counts - expected) @ design)[..., None])[..., 0]
        values = values + np.clip(step, -2, 2)
        if np.abs(step).max(initial=0) < CLOSE:
            break
    expected = np.exp(np.clip(values @ design.T, -30, 30))
    information = np.einsum("rc,ci,cj->rij", expected, design, design) + ridge
    covariance = np.linalg.inv(information)
    likelihood = (counts * np.log(np.maximum(expected, 1e-300)) - expected).sum(axis=1)
    terms, deaths = design.shape[1], counts.sum(axis=1)
    room = np.maximum(deaths - terms - 1, 1)
    unseen = np.exp(np.clip(values[:, 0], -30, 30))
    deviance = 2 * (xlogy(counts, counts / np.maximum(expected, 1e-300)) - counts + expected).sum(axis=1)
    freedom = counts.shape[1] - terms
    return Fit(
        pairs=pairs,
        unseen=unseen,
        variance=unseen + unseen**2 * covariance[:, 0, 0],
        aicc=-2 * likelihood + 2 * terms + 2 * terms * (terms + 1) / room,
        bic=-2 * likelihood + terms * np.log(np.maximum(deaths, 1)),
        error=np.sqrt(np.abs(np.diagonal(covariance, axis1=1, axis2=2)).max(axis=1)),
        chance=chi2.sf(deviance, freedom) if freedom else np.ones(len(counts)),
    )


def weights(fits: list[Fit], usable: NDArray[np.bool_], *, akaike: float) -> Floats:
    """The weight of each model, (models, registers): Akaike's weights for the share ``akaike``, Schwarz's for the rest.

    Akaike's alone keep needless pairs, Schwarz's alone drop weak ones. (Burnham & Anderson 2002, §2.9 and §6.4.)
    ``usable``: (models, registers).
    """
    parts = []
    for criterion in ([one.aicc for one in fits], [one.bic for one in fits]):
        values = np.where(usable, np.array(criterion), np.inf)
        part = np.exp(-(values - values.min(axis=0)) / 2)
        parts.append(part / part.sum(axis=0))
    mixed: Floats = akaike * parts[0] + (1 - akaike) * parts[1]
    return mixed


def averaged(fits: list[Fit], weight: Floats, seen: Floats) -> Floats:
    """The total, averaged over models by their weight."""
    total: Floats = seen + (weight * np.array([one.unseen for one in fits])).sum(axis=0)
    return total


def fullest(fits: list[Fit], usable: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each register the usable model with the most pairs, among equals the one with the least AICc.

    Its interval holds its level whatever pairs depend on each other. An interval averaged by weights that the same data
    chose does not: too wide where sources are independent, and 90 % instead of 95 where two depend weakly, for then the
    weights fall on the models without that pair. (Leeb & Pötscher, Econometric Theory 2005;
    ``benchmarks/coverage/calibration.py`` shows it.)
    """
    size = np.array([len(one.pairs) for one in fits])[:, None]
    most = np.where(usable, size, -1)
    aicc = np.where(most == most.max(axis=0), np.array([one.aicc for one in fits]), np.inf)
    chosen: NDArray[np.int64] = aicc.argmin(axis=0)
    return chosen


def _design(sources: int, pairs: Pairs) -> Floats:
    histories = np.arange(1, 2**sources)
    seen = (histories[:, None] >> np.arange(sources)) & 1
    columns = [np.ones(len(histories)), *seen.T, *(seen[:, one] * seen[:, other] for one, other in pairs)]
    return np.array(columns, dtype=np.float64).T
