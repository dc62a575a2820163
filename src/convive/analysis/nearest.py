"""The nearest segment of each point, in a time that grows with the logarithm of how many segments there are.

Segments are put in order along Hilbert's curve and boxed in fours, the boxes in fours again, up to one (packed as
Kamel & Faloutsos, "On packing R-trees", CIKM 1993). Points are asked in the same order, each starting from the answer
of the one before, which is near: few boxes are left to open.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from convive.analysis.checks import Floats
from convive.analysis.hilbert import along_curve
from convive.analysis.threads import Run, in_threads

FAN = 4
"""Boxes in a box."""
ROUNDING = 1e-6
"""Metres by which a box may seem further than what lies in it."""


class Boxes(NamedTuple):
    """Segments (x, y, x, y) in order and their number, and the boxes (least x and y, greatest x and y) level after
    level, of which those of level ``k`` are ``levels[k]:levels[k + 1]``: those of ``FAN`` segments first."""

    segment: Floats
    number: NDArray[np.int64]
    box: Floats
    levels: NDArray[np.int64]


def boxed(first: Floats, last: Floats) -> Boxes:
    """The segments from ``first`` (m, 2) to ``last`` (m, 2), boxed."""
    order = along_curve((first + last) / 2)
    segment = np.concatenate([first[order], last[order]], axis=1)
    below = np.concatenate([np.minimum(first, last)[order], np.maximum(first, last)[order]], axis=1)
    boxes, levels = [], [0]
    while True:
        begins = np.arange(0, len(below), FAN)
        low = np.minimum.reduceat(below[:, :2], begins, axis=0)
        below = np.concatenate([low, np.maximum.reduceat(below[:, 2:], begins, axis=0)], axis=1)
        boxes.append(below)
        levels.append(levels[-1] + len(below))
        if len(below) == 1:
            return Boxes(segment, order, np.concatenate(boxes), np.array(levels))


def nearest(points: Floats, boxes: Boxes, reach: float) -> tuple[NDArray[np.int64], Floats]:
    """The segment nearest to each of ``points`` (n, 2), of several equally near the first, and how far it is; -1 and
    not a number where none is within ``reach``."""
    found, far = np.full(len(points), -1, np.int64), np.full(len(points), np.nan)
    in_threads(_nearest, len(points), points, along_curve(points), boxes, reach, found, far)
    return found, far


@njit(cache=True, nogil=True)
def _nearest(
    run: Run,
    points: Floats,
    order: NDArray[np.int64],
    boxes: Boxes,
    reach: float,
    found: NDArray[np.int64],
    far: Floats,
) -> None:
    top = len(boxes.levels) - 2
    waits, level = np.empty(FAN * (top + 2), np.int64), np.empty(FAN * (top + 2), np.int64)
    before = 0
    for turn in range(run[0], run[1]):
        x, y = points[order[turn], 0], points[order[turn], 1]
        # Only a start: an equally near segment of a lower number, or the same one, is met again below.
        best, one, place = min(reach, _apart(boxes.segment, before, x, y)), -1, before
        waits[0], level[0], waiting = 0, top, 1
        while waiting > 0:
            waiting -= 1
            box, at = waits[waiting], level[waiting]
            if _beyond(boxes.box, boxes.levels[at] + box, x, y) > best + ROUNDING:
                continue
            if at > 0:
                for inner in range(FAN * box, min(FAN * box + FAN, boxes.levels[at] - boxes.levels[at - 1])):
                    waits[waiting], level[waiting] = inner, at - 1
                    waiting += 1
                continue
            for inner in range(FAN * box, min(FAN * box + FAN, len(boxes.number))):
                apart = _apart(boxes.segment, inner, x, y)
                if apart < best or (apart == best and (one < 0 or boxes.number[inner] < one)):
                    best, one, place = apart, boxes.number[inner], inner
        if one >= 0:
            found[order[turn]], far[order[turn]], before = one, best, place


@njit(cache=True, inline="always")
def _beyond(box: Floats, at: int, x: float, y: float) -> float:
    """How far a place lies outside a box."""
    across = max(box[at, 0] - x, x - box[at, 2], 0.0)
    along = max(box[at, 1] - y, y - box[at, 3], 0.0)
    told: float = np.sqrt(across * across + along * along)
    return told


@njit(cache=True, inline="always")
def _apart(segment: Floats, at: int, x: float, y: float) -> float:
    """How far a place lies from a segment: beside it, or from its nearer end."""
    right, up = segment[at, 2] - segment[at, 0], segment[at, 3] - segment[at, 1]
    across, along = x - segment[at, 0], y - segment[at, 1]
    squared = right * right + up * up
    share = (across * right + along * up) / squared if squared > 0 else 0.0
    if share >= 1.0:
        across, along = x - segment[at, 2], y - segment[at, 3]
    if 0.0 < share < 1.0:
        across, along = (across * up - along * right) / np.sqrt(squared), 0.0
    told: float = np.sqrt(across * across + along * along)
    return told
