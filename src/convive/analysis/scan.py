"""Scan statistics: the circles and days that hold more events than chance brings, wherever and however long they are.

Every circle around every location, up to a radius, and every run of days, up to a length, is compared with what lies
outside; the largest excess found is judged by the largest that each of many data sets without clusters shows, so that
having looked everywhere is paid for (Kulldorff, Communications in Statistics 1997).

The models differ in what is expected, and in how data sets without clusters are made:

- permutation: an event's day does not depend on its place. Needs events alone (Kulldorff et al., PLoS Medicine 2005).
- poisson: events fall on locations by a given measure (population), and on days alike or by given weights.
- bernoulli: cases among cases and controls; who is a case does not depend on place or day.

With ``ellipses`` the windows are also ellipses, two to five times as long as wide, in up to fifteen directions, and
their log-likelihood ratio counts less the longer they are (Kulldorff, Huang, Pickle & Duczmal, Statistics in Medicine
2006): along a river or a road circles would take in much that is quiet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree
from scipy.stats import gumbel_r

from convive.analysis.chance import p_value
from convive.analysis.checks import Floats, at_least, checked_points, checked_values, require
from convive.analysis.scan_search import CHUNK, best_of_each, replicated, replicated_labelled, search_labelled
from convive.analysis.threads import in_threads

Integers = NDArray[np.int64]

NULLS = {
    "permutation": "days permuted among the events, places fixed",
    "poisson": "events drawn by the expected measure of places and days",
    "bernoulli": "cases drawn among cases and controls",
}
EULER = 0.5772156649015329
ENOUGH_FOR_GUMBEL = 100
"""Events from which the tail of Gumbel's p-values holds under the null (``docs/methods/calibration.md``)."""

CIRCLE = ((1.0, 1),)
ELLIPSES = (*CIRCLE, (1.5, 4), (2.0, 6), (3.0, 9), (4.0, 12), (5.0, 15))
"""Shapes (long half axis / short one) and the number of their directions: those of SaTScan and of the paper."""


@dataclass(frozen=True)
class Cluster:
    """A cylinder: ``radius`` (metres) around ``centre`` (x, y), from day ``first`` to ``last``, both included.

    An ellipse (``shape`` above 1: its long half axis over its short one) has the area of that circle; its long axis
    lies ``angle`` degrees from the x axis, counterclockwise. Its ``llr`` is the penalised one.

    ``observed`` events, ``expected``, their ``ratio``; ``relative_risk`` inside against outside; the log-likelihood
    ratio ``llr``; ``p`` by rank among the simulations and ``p_gumbel`` by the Gumbel distribution fitted to them
    (Abrams, Kulldorff & Kleinman, 2010), which goes below 1 / (simulations + 1); of fewer than 100 events it is ``p``
    too, for ratios that repeat do not follow that law.
    ``recurrence_days``: how many days of one such look a day pass until chance alone brings one as large
    (prospective scans only; by ``p_gumbel`` where no simulation was as large). ``locations``: those in the circle.
    """

    centre: tuple[float, float]
    radius: float
    shape: float
    angle: float
    first: int
    last: int
    observed: int
    expected: float
    ratio: float
    relative_risk: float
    llr: float
    p: float
    p_gumbel: float
    recurrence_days: float
    locations: Integers


@dataclass(frozen=True)
class Scan:
    """``clusters`` that share no location with a stronger one, the strongest first; ``largest``: the largest llr of
    each simulation."""

    clusters: tuple[Cluster, ...]
    largest: Floats
    model: str
    events: int
    simulations: int
    seed: int
    null: str


def permutation_scan(
    locations: ArrayLike,
    event_location: ArrayLike,
    event_day: ArrayLike,
    *,
    radius: float,
    days: int,
    largest_share: float = 0.5,
    prospective: bool = False,
    ellipses: bool = False,
    penalty: float = 0.5,
    simulations: int = 999,
    seed: int = 0,
    metres: bool = False,
) -> Scan:
    """The space–time permutation scan of events: each at a location (index into ``locations`` (m, 2), metres) and a day
    (whole number).

    Circles reach up to ``radius`` metres and hold at most ``largest_share`` of the events; windows last up to ``days``
    days. ``prospective``: only windows that reach the last day. ``ellipses``: windows are also ellipses, of no more
    area than the largest circle; an ellipse of shape ``s`` counts (4 s / (s + 1)²) ** ``penalty`` of its ratio. Raises
    :class:`~convive.errors.AnalysisError`.
    """
    shapes = _shapes(ellipses, penalty)
    setting = _Setting.of(locations, event_location, event_day, radius, days, simulations, shapes, metres=metres)
    place_measure = np.bincount(setting.location, minlength=len(setting.points)).astype(np.float64)
    day_measure = np.bincount(setting.day, minlength=setting.span).astype(np.float64)
    return setting.scanned("permutation", place_measure, day_measure, largest_share, prospective, simulations, seed)


def poisson_scan(
    locations: ArrayLike,
    event_location: ArrayLike,
    population: ArrayLike,
    event_day: ArrayLike | None = None,
    *,
    radius: float,
    days: int = 1,
    day_weight: ArrayLike | None = None,
    largest_share: float = 0.5,
    prospective: bool = False,
    ellipses: bool = False,
    penalty: float = 0.5,
    simulations: int = 999,
    seed: int = 0,
    metres: bool = False,
) -> Scan:
    """The Poisson scan of events at ``locations`` with a ``population`` (m,) each; in space alone without
    ``event_day``.

    ``day_weight``: how many events are expected on each day from the first event's to the last's, by proportion; all
    days alike by default. Other arguments as in :func:`permutation_scan`.
    """
    of_day = np.zeros(len(np.atleast_1d(event_location))) if event_day is None else event_day
    shapes = _shapes(ellipses, penalty)
    setting = _Setting.of(locations, event_location, of_day, radius, days, simulations, shapes, metres=metres)
    people = checked_values(population, len(setting.points), what="population")
    require(bool(people.min() >= 0 and people.sum() > 0), what="population", got=float(people.min()), wanted=">= 0")
    nobody = people[setting.location] == 0
    require(not bool(nobody.any()), what="population", got="0", wanted="> 0 wherever there is an event")
    n = len(setting.day)
    weight = (
        np.ones(setting.span) if day_weight is None else checked_values(day_weight, setting.span, what="day_weight")
    )
    measures = people / people.sum() * n, weight / weight.sum() * n
    return setting.scanned("poisson", *measures, largest_share, prospective, simulations, seed)


def bernoulli_scan(
    locations: ArrayLike,
    event_location: ArrayLike,
    is_case: ArrayLike,
    event_day: ArrayLike | None = None,
    *,
    radius: float,
    days: int = 1,
    largest_share: float = 0.5,
    prospective: bool = False,
    ellipses: bool = False,
    penalty: float = 0.5,
    simulations: int = 999,
    seed: int = 0,
    metres: bool = False,
) -> Scan:
    """The Bernoulli scan of cases among cases and controls (``is_case``, n); without ``event_day`` in space alone.

    Other arguments as in :func:`permutation_scan`; ``largest_share`` is of cases and controls together.
    """
    of_day = np.zeros(len(np.atleast_1d(event_location))) if event_day is None else event_day
    shapes = _shapes(ellipses, penalty)
    setting = _Setting.of(locations, event_location, of_day, radius, days, simulations, shapes, metres=metres)
    cases = np.asarray(is_case, dtype=bool)
    require(len(cases) == len(setting.day), what="is_case", got=len(cases), wanted=str(len(setting.day)))
    at_least(int(cases.sum()), 2)
    at_least(int((~cases).sum()), 1)
    labels = cases[setting.order].astype(np.int64)
    return setting.labelled(labels, largest_share, prospective, simulations, seed)


@dataclass(frozen=True)
class _Setting:
    """Events sorted by location, and the windows: of each location, shape and direction the locations within reach,
    the nearest first."""

    points: Floats
    order: Integers
    location: Integers
    day: Integers
    first_day: int
    span: int
    days: int
    begins: Integers
    near_begins: Integers
    near: Integers
    distance: Floats
    shapes: _Shapes

    @classmethod
    def of(
        cls,
        locations: ArrayLike,
        event_location: ArrayLike,
        event_day: ArrayLike,
        radius: float,
        days: int,
        simulations: int,
        shapes: _Shapes,
        *,
        metres: bool,
    ) -> _Setting:
        points = checked_points(locations, least=2, spread=True, metres=metres)
        place = checked_values(event_location, what="event_location").astype(np.int64)
        moment = checked_values(event_day, len(place), what="event_day")
        at_least(len(place), 3)
        known = bool(place.min() >= 0 and place.max() < len(points))
        require(known, what="event_location", got="an index outside", wanted=f"0 … {len(points) - 1}")
        require(radius >= 0, what="radius", got=radius, wanted=">= 0")
        require(days >= 1, what="days", got=days, wanted=">= 1")
        require(simulations >= 19, what="simulations", got=simulations, wanted=">= 19")
        order = np.argsort(place, kind="stable")
        first = int(np.floor(moment.min()))
        day = np.floor(moment[order]).astype(np.int64) - first
        begins = np.searchsorted(place[order], np.arange(len(points) + 1))
        near_begins, near, distance = _windows(points, radius, shapes)
        span = int(day.max()) + 1
        windows = near_begins, near, distance, shapes
        return cls(points, order, place[order], day, first, span, int(days), begins, *windows)

    @property
    def factor(self) -> Floats:
        """What each window's ratio counts."""
        return np.repeat(self.shapes.factor, len(self.points))

    def scanned(
        self,
        model: str,
        place_measure: Floats,
        day_measure: Floats,
        largest_share: float,
        prospective: bool,
        simulations: int,
        seed: int,
    ) -> Scan:
        require(0 < largest_share <= 1, what="largest_share", got=largest_share, wanted="0 … 1")
        until = np.concatenate([[0.0], np.cumsum(day_measure)])
        windows = self.near_begins, self.near, self.distance, self.factor
        most, least_last = float(largest_share * len(self.day)), self.span - 1 if prospective else 0
        fixed = self.begins, self.day, *windows, place_measure, until, self.days, most, least_last
        best = np.zeros((len(self.near_begins) - 1, 7))
        in_threads(best_of_each, (len(best) + CHUNK - 1) // CHUNK, *fixed, best)
        largest = np.empty(simulations)
        place_until = np.cumsum(place_measure) / place_measure.sum()
        day_until = until[1:] / until[-1]
        in_threads(replicated, simulations, model == "poisson", *fixed, place_until, day_until, seed, largest)
        return self._told(best, largest, model, prospective, simulations, seed)

    def labelled(self, labels: Integers, largest_share: float, prospective: bool, simulations: int, seed: int) -> Scan:
        require(0 < largest_share <= 1, what="largest_share", got=largest_share, wanted="0 … 1")
        most, least_last = float(largest_share * len(self.day)), self.span - 1 if prospective else 0
        windows = self.near_begins, self.near, self.distance, self.factor
        fixed = self.begins, self.day, *windows, self.days, most, least_last
        best = np.zeros((len(self.near_begins) - 1, 7))
        search_labelled(0, len(best), *fixed, labels, best)
        largest = np.empty(simulations)
        in_threads(replicated_labelled, simulations, *fixed, labels, seed, largest)
        return self._told(best, largest, "bernoulli", prospective, simulations, seed)

    def _told(self, best: Floats, largest: Floats, model: str, prospective: bool, simulations: int, seed: int) -> Scan:
        spread = largest.std() * np.sqrt(6) / np.pi
        middle = largest.mean() - EULER * spread
        taken = np.zeros(len(self.points), dtype=bool)
        clusters = []
        for window in np.lexsort((np.arange(len(best)), -best[:, 0])):
            llr, ring, first, last, observed, expected, whole = best[window]
            inside = self.near[self.near_begins[window] : int(ring)]
            if llr <= 0 or taken[inside].any():
                continue
            taken[inside] = True
            p = p_value(llr - 1e-9, largest)
            smooth = spread > 0 and len(self.day) >= ENOUGH_FOR_GUMBEL
            gumbel = float(gumbel_r.sf(llr, middle, spread)) if smooth else p
            outside = (whole - observed) / (whole - expected) if whole > expected else np.nan
            form, centre = divmod(int(window), len(self.points))
            clusters.append(
                Cluster(
                    centre=(float(self.points[centre, 0]), float(self.points[centre, 1])),
                    radius=float(self.distance[int(ring) - 1]),
                    shape=float(self.shapes.shape[form]),
                    angle=float(np.degrees(self.shapes.angle[form])),
                    first=self.first_day + int(first),
                    last=self.first_day + int(last),
                    observed=int(observed),
                    expected=float(expected),
                    ratio=float(observed / expected),
                    relative_risk=float(observed / expected / outside) if outside > 0 else float("inf"),
                    llr=float(llr),
                    p=p,
                    p_gumbel=gumbel,
                    recurrence_days=_recurrence(p, gumbel, simulations) if prospective else float("nan"),
                    locations=np.sort(inside),
                )
            )
        return Scan(tuple(clusters), largest, model, len(self.day), simulations, seed, NULLS[model])


def _recurrence(p: float, gumbel: float, simulations: int) -> float:
    by_rank = p * (simulations + 1) > 1.5
    chance = p if by_rank else min(p, gumbel)
    return 1 / chance if chance > 0 else float("inf")


@dataclass(frozen=True)
class _Shapes:
    """The shape of each kind of window, the angle of its long axis (radians), and what its ratio counts."""

    shape: Floats
    angle: Floats
    factor: Floats


def _shapes(ellipses: bool, penalty: float) -> _Shapes:
    require(bool(np.isfinite(penalty)) and penalty >= 0, what="penalty", got=penalty, wanted=">= 0")
    each = [
        (shape, np.pi * turn / turns) for shape, turns in (ELLIPSES if ellipses else CIRCLE) for turn in range(turns)
    ]
    shape, angle = np.array(each).T
    return _Shapes(shape, angle, (4 * shape / (shape + 1) ** 2) ** penalty)


def _windows(points: Floats, radius: float, shapes: _Shapes) -> tuple[Integers, Integers, Floats]:
    """Of each window the locations within it by distance: for an ellipse the radius of the circle of its area."""
    tree = cKDTree(points)
    counts, near, distance = [], [], []
    for shape, angle in zip(shapes.shape, shapes.angle, strict=True):
        reach = min(radius * np.sqrt(shape), np.ptp(points, axis=0).sum()) * (1 + 1e-12)
        found: Sequence[list[int]] = tree.query_ball_point(points, reach, return_sorted=True)
        held = np.array([len(one) for one in found])
        other = np.concatenate([np.asarray(one, dtype=np.int64) for one in found])
        centre = np.repeat(np.arange(len(points)), held)
        across, up = (points[other] - points[centre]).T
        along = across * np.cos(angle) + up * np.sin(angle)
        aside = up * np.cos(angle) - across * np.sin(angle)
        # Rounded to a tenth of a millimetre, so that locations equally far in truth are so in numbers.
        far = np.round(np.hypot(along, aside * shape) / np.sqrt(shape), 4)
        order = np.lexsort((other, far, centre))
        order = order[far[order] <= radius + 1e-4]
        counts.append(np.bincount(centre[order], minlength=len(points)))
        near.append(other[order])
        distance.append(far[order])
    return np.concatenate([[0], np.cumsum(np.concatenate(counts))]), np.concatenate(near), np.concatenate(distance)
