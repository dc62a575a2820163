"""The long-run kernel of a forecast: its bandwidth, the even part beside it, and the share of each cell."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from convive.analysis.checks import Floats
from convive.analysis.threads import Run, in_threads

LEAST_SHARE = 0.01
"""However sharp a forecast, this share of it is even: no place is impossible."""
MOST_ASKED = 2_000
REACH = 5.0
"""A Gaussian is looked at up to so many standard deviations."""


def even_share(told: Floats) -> float:
    """How much of a map had best be even, where ``told`` is the density of each event by the others, over the even one:
    the maximum of the likelihood of the mixture, by EM, no less than 1 %."""
    even = 0.1
    for _ in range(500):
        new = float(np.mean(even / (even + (1 - even) * told)))
        if abs(new - even) < 1e-8:
            break
        even = new
    return min(max(even, LEAST_SHARE), 1.0)


def best_bandwidth(past: Floats, bandwidths: Floats) -> tuple[float, Floats]:
    """The bandwidth that tells an event best from the others, with the even part chosen for each, and the density of
    events by the others; of many events, those of an even sample are asked."""
    n = len(past)
    asked = np.unique(np.linspace(0, n - 1, min(n, MOST_ASKED)).round().astype(np.int64))
    order = np.argsort(past[:, 0], kind="stable").astype(np.int64)
    by_x, own = past[order], np.argsort(order)[asked].astype(np.int64)
    best, chosen, density = -np.inf, float(bandwidths[-1]), np.zeros(len(asked))
    span = float(np.prod(np.ptp(past, axis=0))) or 1.0
    for bandwidth in bandwidths:
        found = np.zeros(len(asked))
        in_threads(_without_itself, len(own), by_x, own, float(bandwidth), found)
        even = even_share(found * span)
        value = float(np.mean(np.log((1 - even) * found + even / span)))
        if value > best:
            best, chosen, density = value, float(bandwidth), found
    return chosen, density


@njit(cache=True, nogil=True)
def _without_itself(run: Run, past: Floats, asked: NDArray[np.int64], width: float, found: Floats) -> None:
    """The Gaussian density at each of the ``asked`` of ``past``, sorted by x, by all others."""
    reach, scale = REACH * width, 1 / (2 * width * width)
    for number in range(run[0], run[1]):
        own = asked[number]
        x, y = past[own]
        for event in range(np.searchsorted(past[:, 0], x - reach), len(past)):
            across = past[event, 0] - x
            if across > reach:
                break
            squared = across * across + (past[event, 1] - y) ** 2
            if event != own and squared <= reach * reach:
                found[number] += np.exp(-squared * scale)
        found[number] /= 2 * np.pi * width * width * (len(past) - 1)


def share(past: Floats, weights: Floats, width: float, centres: Floats, side: float) -> Floats:
    """The share of the Gaussians around ``past`` that falls into each cell, made to add up to 1."""
    order = np.argsort(past[:, 0], kind="stable")
    found = np.zeros(len(centres))
    in_threads(_integrated, len(centres), centres, past[order], weights[order], float(width), float(side), found)
    total = found.sum()
    return found / total if total > 0 else np.full(len(centres), 1 / len(centres))


@njit(cache=True, nogil=True)
def _integrated(
    run: Run, centres: Floats, past: Floats, weights: Floats, width: float, side: float, found: Floats
) -> None:
    scale, half = 1 / (width * np.sqrt(2.0)), side / 2
    reach = half + REACH * width
    for at in range(run[0], run[1]):
        x, y = centres[at]
        first = np.searchsorted(past[:, 0], x - reach)
        for event in range(first, len(past)):
            across = past[event, 0] - x
            if across > reach:
                break
            up = past[event, 1] - y
            if abs(up) <= reach:
                own = math.erf((across + half) * scale) - math.erf((across - half) * scale)
                found[at] += weights[event] * own * (math.erf((up + half) * scale) - math.erf((up - half) * scale)) / 4
