"""What every method asks of its input before it begins, so that no wrong number looks fine."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convive.errors import AnalysisError, Problem

Floats = NDArray[np.float64]

DEGREES = 180.0
"""Coordinates that all lie within these limits and have decimals are degrees, or a place of a few hundred metres; to be
a place they must say so (``metres=True``)."""


def checked_points(points: ArrayLike, *, least: int = 1, spread: bool = False, metres: bool = False) -> Floats:
    """``points`` (n, 2) in metres as floats.

    ``least``: how many there must be; ``spread``: whether they must lie at more than one place; ``metres``: that the
    caller knows small coordinates to be metres. Raises :class:`~convive.errors.AnalysisError`.
    """
    array = np.ascontiguousarray(points, dtype=np.float64)
    if array.size == 0:
        array = array.reshape(0, 2)
    if array.ndim != 2 or array.shape[1] != 2:
        raise _wrong("analysis-shape", what="points", got=str(array.shape), wanted="(n, 2)")
    _finite(array, "points")
    at_least(len(array), least)
    if len(array) and not metres and _looks_like_degrees(array):
        raise _wrong("analysis-degrees", low=f"{array.min():g}", high=f"{array.max():g}")
    if spread and len(array) and np.all(array == array[0]):
        raise _wrong("analysis-one-place")
    return array


def checked_times(times: ArrayLike, n: int) -> Floats:
    """``times`` (n,) in days as floats; datetime64 becomes days since 1970."""
    array = np.asarray(times)
    if np.issubdtype(array.dtype, np.datetime64):
        missing = np.isnat(array)
        array = array.astype("datetime64[s]").astype(np.float64) / 86_400
        array[missing] = np.nan
    return checked_values(array, n, what="times")


def checked_values(values: ArrayLike, n: int | None = None, *, what: str, varied: bool = False) -> Floats:
    """``values`` (n,) as finite floats; ``varied``: they must not all be equal."""
    array = np.ascontiguousarray(values, dtype=np.float64)
    if array.ndim != 1 or (n is not None and len(array) != n):
        raise _wrong("analysis-shape", what=what, got=str(array.shape), wanted=f"({'n' if n is None else n},)")
    _finite(array, what)
    if varied and len(array) and np.all(array == array[0]):
        raise _wrong("analysis-constant", what=what)
    return array


def at_least(n: int, least: int) -> None:
    """Raises where there are fewer than ``least``."""
    if n < least:
        raise _wrong("analysis-too-few", n=n, least=least)


def require(holds: bool, *, what: str, got: object, wanted: str) -> None:
    """Raises, naming the argument, unless ``holds``."""
    if not holds:
        raise _wrong("analysis-argument", what=what, got=got, wanted=wanted)


def _finite(array: Floats, what: str) -> None:
    if np.isfinite(array).all():
        return
    missing = int(np.count_nonzero(~np.isfinite(array).all(axis=tuple(range(1, array.ndim)))))
    raise _wrong("analysis-not-numbers", n=missing, what=what)


def _looks_like_degrees(array: Floats) -> bool:
    # Mostly the first point tells.
    if abs(array[0, 0]) > DEGREES or abs(array[0, 1]) > DEGREES / 2:
        return False
    within = bool(np.all(np.abs(array[:, 0]) <= DEGREES) and np.all(np.abs(array[:, 1]) <= DEGREES / 2))
    return within and bool(np.any(array != np.round(array)))


def _wrong(code: str, **values: Any) -> AnalysisError:
    return AnalysisError(Problem(code, values=values))
