"""Two sources: how many deaths neither saw (Chapman 1951; Seber 1982, §3.1)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Floats = NDArray[np.float64]


def chapman(first: Floats, second: Floats, both: Floats) -> tuple[Floats, Floats]:
    """The number of deaths and its variance from those of two sources and those that both hold.

    Nearly unbiased where the sources are independent and the deaths equally easy to see; arrays are taken element by
    element. (Chapman, Univ. Calif. Publ. Stat. 1951; variance: Seber, Biometrika 1970.)
    """
    number = (first + 1) * (second + 1) / (both + 1) - 1
    variance = (first + 1) * (second + 1) * (first - both) * (second - both) / ((both + 1) ** 2 * (both + 2))
    return number, variance


def interval(seen: Floats, unseen: Floats, variance: Floats, *, confidence: float) -> tuple[Floats, Floats]:
    """The interval of a total of which ``seen`` deaths are known, symmetric in the logarithm of the unseen, with half a
    death added to them, so that it holds its level where few are unseen and never falls below what was seen.

    (Sadinle, Commun. Stat. Simul. Comput. 2009, the transformed logit interval; here for any estimate of the unseen.)
    """
    z = float(norm.ppf(0.5 + confidence / 2))
    known = unseen + 0.5
    spread = np.exp(z * np.sqrt((variance + 0.5) / known**2))
    return np.maximum(seen - 0.5 + known / spread, seen), seen - 0.5 + known * spread
