"""How risks vary among units, when that is itself known only from the units' counts.

Counts are Poisson, risks gamma; which gamma law it is cannot be read off a few units. Instead of one law, taken as
known, stand all that the counts allow, each with its probability: the prior of Christiansen & Morris (Journal of the
American Statistical Association 1997;92:618–32), flat in the logarithm of the mean risk and in how far a unit of mean
size is drawn towards it, integrated by quadrature.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from convive.analysis.checks import Floats

_DRAWN, _DRAWN_WEIGHT = (np.asarray(one) for one in np.polynomial.legendre.leggauss(20))
_APART = np.linspace(-4, 4, 13)
"""Means of risk, in standard errors from the likeliest: equal steps, which integrate a bell almost exactly."""
_NEGLIGIBLE = 1e-4
_STEPS, _NEAR = 40, 1e-6


@dataclass(frozen=True)
class Prior:
    """Gamma laws of risk (k,), each with its ``shape``, its ``scale`` (people in whom one death is expected by a shape
    of 1) and its probability ``weight``."""

    shape: Floats
    scale: Floats
    weight: Floats

    @classmethod
    def of(cls, deaths: Floats, people: Floats) -> Prior:
        """The laws that ``deaths`` (n,) in ``people`` (n,), of which one death at least, allow."""
        drawn = (_DRAWN + 1) / 2
        shape = deaths.mean() * drawn / (1 - drawn)
        likeliest, error = _means(shape, deaths, people)
        log_mean = likeliest[:, None] + error[:, None] * _APART
        of_shape = np.broadcast_to(shape[:, None], log_mean.shape)
        log_weight = _log_likelihood(of_shape, log_mean, deaths, people) + np.log(_DRAWN_WEIGHT * error)[:, None]
        weight = np.exp(log_weight - log_weight.max())
        kept = weight > _NEGLIGIBLE
        laws = of_shape[kept]
        return cls(laws, laws / np.exp(log_mean[kept]), weight[kept] / weight[kept].sum())

    def above(self, limit: Floats, deaths: Floats, people: Floats) -> Floats:
        """The probability that the risk of each unit (n,), given its count, lies above its ``limit``."""
        shape, scale = self._given(deaths, people)
        told: Floats = special.gammaincc(shape, limit[:, None] * scale) @ self.weight
        return told

    def quantile(self, at: float, deaths: Floats, people: Floats) -> Floats:
        """The risk of each unit (n,), given its count, below which it lies with probability ``at``."""
        shape, scale = self._given(deaths, people)
        ordinary = special.gammaln(shape)
        middle = (shape / scale) @ self.weight
        variance = (shape * (shape + 1) / scale**2) @ self.weight - middle**2
        # Newton's steps in the logarithm, from the gamma law with the mean and variance of all together.
        place: Floats = np.log(stats.gamma.ppf(at, middle**2 / variance, scale=variance / middle))
        for _ in range(_STEPS):
            reached = np.exp(place)[:, None] * scale
            below = special.gammainc(shape, reached) @ self.weight
            steep = np.exp(shape * np.log(reached) - reached - ordinary) @ self.weight
            step = np.clip((at - below) / steep, -0.5, 0.5)
            place = place + step
            if np.abs(step).max() < _NEAR:
                break
        return np.exp(place)

    def drawn(self, deaths: Floats, people: Floats, draws: int, generator: np.random.Generator) -> Floats:
        """Risks (draws, n) that the units may have, given their counts; those of a draw follow one law."""
        law = generator.choice(len(self.weight), draws, p=self.weight)
        shape, scale = self.shape[law, None] + deaths, self.scale[law, None] + people
        risks: Floats = generator.gamma(shape, 1 / scale)
        return risks

    def _given(self, deaths: Floats, people: Floats) -> tuple[Floats, Floats]:
        return self.shape + deaths[:, None], self.scale + people[:, None]


def _means(shape: Floats, deaths: Floats, people: Floats) -> tuple[Floats, Floats]:
    """The logarithm of the likeliest mean risk for each shape, and its standard error (Fisher's scoring)."""
    at: Floats = np.full(len(shape), np.log(deaths.sum() / people.sum()))
    for _ in range(6):
        expected = np.exp(at)[:, None] * people
        trust = shape[:, None] / (shape[:, None] + expected)
        at = at + (trust * (deaths - expected)).sum(axis=1) / (trust * expected).sum(axis=1)
    expected = np.exp(at)[:, None] * people
    return at, 1 / np.sqrt((shape[:, None] / (shape[:, None] + expected) * expected).sum(axis=1))


def _log_likelihood(shape: Floats, log_mean: Floats, deaths: Floats, people: Floats) -> Floats:
    """Of negative binomial counts, but for what all laws share."""
    told = np.zeros(log_mean.shape)
    for died, lived in zip(deaths, people, strict=True):
        together = np.log(shape + np.exp(log_mean) * lived)
        told += special.gammaln(shape + died) - special.gammaln(shape) + shape * (np.log(shape) - together)
        told += died * (log_mean - together)
    return told
