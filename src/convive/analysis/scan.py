"""Scan statistics: the circles and days that hold more events than chance brings, wherever and however long they are.

Every circle around every location, up to a radius, and every run of days, up to a length, is compared with what lies
outside; the largest excess found is judged by the largest that each of many data sets without clusters shows, so that
having looked everywhere is paid for (Kulldorff, Communications in Statistics 1997).

The models differ in what is expected, and in how data sets without clusters are made:

- permutation: an event's day does not depend on its place. Needs events alone (Kulldorff et al., PLoS Medicine 2005).
- poisson: events fall on locations by a given measure (population), and on days alike or by given weights.
- bernoulli: cases among cases and controls; who is a case does not depend on place or day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree
from scipy.stats import gumbel_r

from convive.analysis.chance import p_value, shuffle, stream, uniform
from convive.analysis.checks import Floats, at_least, checked_points, checked_values, require

Integers = NDArray[np.int64]

NULLS = {
    "permutation": "days permuted among the events, places fixed",
    "poisson": "events drawn by the expected measure of places and days",
    "bernoulli": "cases drawn among cases and controls",
}
EULER = 0.5772156649015329


@dataclass(frozen=True)
class Cluster:
    """A cylinder: ``radius`` (metres) around ``centre`` (x, y), from day ``first`` to ``last``, both included.

    ``observed`` events, ``expected``, their ``ratio``; ``relative_risk`` inside against outside; the log-likelihood
    ratio ``llr``; ``p`` by rank among the simulations and ``p_gumbel`` by the Gumbel distribution fitted to them
    (Abrams, Kulldorff & Kleinman, 2010), which goes below 1 / (simulations + 1). ``recurrence_days``: how many days of
    one such look a day pass until chance alone brings one as large (prospective scans only; by ``p_gumbel`` where no
    simulation was as large). ``locations``: those in the circle.
    """

    centre: tuple[float, float]
    radius: float
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
    simulations: int = 999,
    seed: int = 0,
    metres: bool = False,
) -> Scan:
    """The space–time permutation scan of events: each at a location (index into ``locations`` (m, 2), metres) and a day
    (whole number).

    Circles reach up to ``radius`` metres and hold at most ``largest_share`` of the events; windows last up to ``days``
    days. ``prospective``: only windows that reach the last day. Raises :class:`~convive.errors.AnalysisError`.
    """
    setting = _Setting.of(locations, event_location, event_day, radius, days, simulations, metres=metres)
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
    setting = _Setting.of(locations, event_location, of_day, radius, days, simulations, metres=metres)
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
    simulations: int = 999,
    seed: int = 0,
    metres: bool = False,
) -> Scan:
    """The Bernoulli scan of cases among cases and controls (``is_case``, n); without ``event_day`` in space alone.

    Other arguments as in :func:`permutation_scan`; ``largest_share`` is of cases and controls together.
    """
    of_day = np.zeros(len(np.atleast_1d(event_location))) if event_day is None else event_day
    setting = _Setting.of(locations, event_location, of_day, radius, days, simulations, metres=metres)
    cases = np.asarray(is_case, dtype=bool)
    require(len(cases) == len(setting.day), what="is_case", got=len(cases), wanted=str(len(setting.day)))
    at_least(int(cases.sum()), 2)
    at_least(int((~cases).sum()), 1)
    labels = cases[setting.order].astype(np.int64)
    return setting.labelled(labels, largest_share, prospective, simulations, seed)


@dataclass(frozen=True)
class _Setting:
    """Events sorted by location, and the circles: of each location those within reach, the nearest first."""

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

    @classmethod
    def of(
        cls,
        locations: ArrayLike,
        event_location: ArrayLike,
        event_day: ArrayLike,
        radius: float,
        days: int,
        simulations: int,
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
        near_begins, near, distance = _circles(points, radius)
        span = int(day.max()) + 1
        return cls(points, order, place[order], day, first, span, int(days), begins, near_begins, near, distance)

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
        fixed = self.near_begins, self.near, self.distance
        most, least_last = largest_share * len(self.day), self.span - 1 if prospective else 0
        best = _best_of_each(self.begins, self.day, *fixed, place_measure, until, self.days, most, least_last)
        largest = np.empty(simulations)
        place_until = np.cumsum(place_measure) / place_measure.sum()
        day_until = until[1:] / until[-1]
        _replicated(
            model == "poisson",
            self.begins,
            self.day,
            *fixed,
            place_measure,
            until,
            self.days,
            most,
            least_last,
            place_until,
            day_until,
            seed,
            largest,
        )
        return self._told(best, largest, model, prospective, simulations, seed)

    def labelled(self, labels: Integers, largest_share: float, prospective: bool, simulations: int, seed: int) -> Scan:
        require(0 < largest_share <= 1, what="largest_share", got=largest_share, wanted="0 … 1")
        most, least_last = largest_share * len(self.day), self.span - 1 if prospective else 0
        fixed = self.begins, self.day, self.near_begins, self.near, self.distance, self.days, most, least_last
        best = _best_labelled(*fixed, labels)
        largest = np.empty(simulations)
        _replicated_labelled(*fixed, labels, seed, largest)
        return self._told(best, largest, "bernoulli", prospective, simulations, seed)

    def _told(self, best: Floats, largest: Floats, model: str, prospective: bool, simulations: int, seed: int) -> Scan:
        spread = largest.std() * np.sqrt(6) / np.pi
        middle = largest.mean() - EULER * spread
        taken = np.zeros(len(self.points), dtype=bool)
        clusters = []
        for centre in np.lexsort((np.arange(len(best)), -best[:, 0])):
            llr, ring, first, last, observed, expected, whole = best[centre]
            inside = self.near[self.near_begins[centre] : int(ring)]
            if llr <= 0 or taken[inside].any():
                continue
            taken[inside] = True
            p = p_value(llr - 1e-9, largest)
            gumbel = float(gumbel_r.sf(llr, middle, spread)) if spread > 0 else p
            outside = (whole - observed) / (whole - expected) if whole > expected else np.nan
            clusters.append(
                Cluster(
                    centre=(float(self.points[centre, 0]), float(self.points[centre, 1])),
                    radius=float(self.distance[int(ring) - 1]),
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


def _circles(points: Floats, radius: float) -> tuple[Integers, Integers, Floats]:
    tree = cKDTree(points)
    found: Sequence[list[int]] = tree.query_ball_point(points, radius * (1 + 1e-12), return_sorted=True)
    counts = np.array([len(one) for one in found])
    near = np.concatenate([np.asarray(one, dtype=np.int64) for one in found])
    centre = np.repeat(np.arange(len(points)), counts)
    # Rounded to a tenth of a millimetre, so that locations equally far in truth are so in numbers.
    distance = np.round(np.hypot(*(points[near] - points[centre]).T), 4)
    order = np.lexsort((near, distance, centre))
    return np.concatenate([[0], np.cumsum(counts)]), near[order], distance[order]


@njit(cache=True, inline="always")
def _llr(c: float, mu: float, whole: float) -> float:
    """How much likelier c events are with their own risk inside than with that of the whole; 0 where they are few."""
    if c <= mu or mu <= 0.0:
        return 0.0
    told: float = c * np.log(c / mu)
    if c < whole:
        told += (whole - c) * np.log((whole - c) / (whole - mu))
    return told


@njit(cache=True)
def _largest_mu(c: float, llr: float, whole: float) -> float:
    """The expectation below which ``c`` events give more than ``llr``."""
    low, high = 0.0, c
    for _ in range(60):
        middle = 0.5 * (low + high)
        if _llr(c, middle, whole) > llr:
            low = middle
        else:
            high = middle
    return high


@njit(cache=True)
def _merged(
    days: Integers,
    fresh: NDArray[np.int8],
    held: int,
    begins: Integers,
    day: Integers,
    near: Integers,
    from_: int,
    to: int,
) -> int:
    """Puts the days of a ring's events into the sorted ``days``, marks them fresh, and gives the new length."""
    added = 0
    for place in range(from_, to):
        added += begins[near[place] + 1] - begins[near[place]]
    if added == 0:
        return held
    ring = np.empty(added, np.int64)
    at = 0
    for place in range(from_, to):
        for event in range(begins[near[place]], begins[near[place] + 1]):
            value = day[event]
            spot = at
            while spot > 0 and ring[spot - 1] > value:
                ring[spot] = ring[spot - 1]
                spot -= 1
            ring[spot] = value
            at += 1
    old, new, spot = held - 1, added - 1, held + added - 1
    while new >= 0:
        if old >= 0 and days[old] > ring[new]:
            days[spot], fresh[spot] = days[old], fresh[old]
            old -= 1
        else:
            days[spot], fresh[spot] = ring[new], 1
            new -= 1
        spot -= 1
    return held + added


@njit(cache=True)
def _search(
    centre_from: int,
    centre_to: int,
    begins: Integers,
    day: Integers,
    near_begins: Integers,
    near: Integers,
    distance: Floats,
    place_measure: Floats,
    until: Floats,
    longest: int,
    most: float,
    least_last: int,
    best: Floats,
) -> float:
    """The largest llr of all cylinders around the centres; of each centre's into ``best`` where that has rows.

    A window is looked at only if it begins and ends on a day with events and holds one of the outermost ring: any other
    has a smaller one inside it with as many events.
    """
    n = len(day)
    whole = until[-1]
    keeps = len(best) > 0
    record = 0.0
    limit, version, current = np.zeros(n + 1), np.full(n + 1, -1, np.int64), 0
    days, fresh = np.empty(n, np.int64), np.zeros(n, np.int8)
    for centre in range(centre_from, centre_to):
        if keeps:
            record = 0.0
            current += 1
        held, measure = 0, 0.0
        place = near_begins[centre]
        while place < near_begins[centre + 1]:
            ring = place
            while ring < near_begins[centre + 1] and distance[ring] == distance[place]:
                measure += place_measure[near[ring]]
                ring += 1
            if measure > most:
                break
            before = held
            held = _merged(days, fresh, held, begins, day, near, place, ring)
            place = ring
            if held == before:
                continue
            share = measure / whole
            next_fresh = 0
            start = 0
            while start < held:
                first = days[start]
                if next_fresh < start:
                    next_fresh = start
                while next_fresh < held and fresh[next_fresh] == 0:
                    next_fresh += 1
                if next_fresh == held:
                    break
                if days[next_fresh] - first < longest:
                    place_in = start
                    has_fresh = False
                    while place_in < held and days[place_in] - first < longest:
                        last = days[place_in]
                        while place_in < held and days[place_in] == last:
                            has_fresh = has_fresh or fresh[place_in] == 1
                            place_in += 1
                        if not has_fresh or last < least_last:
                            continue
                        c = place_in - start
                        mu = share * (until[last + 1] - until[first])
                        if version[c] != current:
                            limit[c] = _largest_mu(float(c), record, whole)
                            version[c] = current
                        if mu < limit[c]:
                            llr = _llr(float(c), mu, whole)
                            if llr > record:
                                record = llr
                                current += 1
                                if keeps:
                                    best[centre] = np.array([llr, ring, first, last, c, mu, whole])
                while start < held and days[start] == first:
                    start += 1
            for spot in range(held):
                fresh[spot] = 0
    return record


@njit(cache=True, parallel=True)
def _best_of_each(
    begins: Integers,
    day: Integers,
    near_begins: Integers,
    near: Integers,
    distance: Floats,
    place_measure: Floats,
    until: Floats,
    longest: int,
    most: float,
    least_last: int,
) -> Floats:
    """Of each centre its strongest cylinder: llr, end of its ring in ``near``, first, last, observed, expected,
    whole."""
    best = np.zeros((len(near_begins) - 1, 7))
    chunks = (len(best) + 63) // 64
    for chunk in prange(chunks):
        _search(
            chunk * 64,
            min((chunk + 1) * 64, len(best)),
            begins,
            day,
            near_begins,
            near,
            distance,
            place_measure,
            until,
            longest,
            most,
            least_last,
            best,
        )
    return best


@njit(cache=True, parallel=True)
def _replicated(
    draws_places: bool,
    begins: Integers,
    day: Integers,
    near_begins: Integers,
    near: Integers,
    distance: Floats,
    place_measure: Floats,
    until: Floats,
    longest: int,
    most: float,
    least_last: int,
    place_until: Floats,
    day_until: Floats,
    seed: int,
    largest: Floats,
) -> None:
    for number in prange(len(largest)):
        state = stream(seed, number)
        own_begins, own = begins, day.copy()
        if draws_places:
            counts = np.zeros(len(begins), np.int64)
            for _ in range(len(day)):
                counts[np.searchsorted(place_until, uniform(state), side="right") + 1] += 1
            own_begins = np.cumsum(counts)
            for event in range(len(day)):
                own[event] = np.searchsorted(day_until, uniform(state), side="right")
        else:
            shuffle(own, state)
        largest[number] = _search(
            0,
            len(near_begins) - 1,
            own_begins,
            own,
            near_begins,
            near,
            distance,
            place_measure,
            until,
            longest,
            most,
            least_last,
            np.empty((0, 7)),
        )


@njit(cache=True)
def _bernoulli_llr(c: float, n: float, cases: float, whole: float) -> float:
    """Kulldorff 1997, eq. 3: cases among n inside against those among the others; 0 where the share inside is not
    larger."""
    if c * (whole - n) <= (cases - c) * n:
        return 0.0
    told = _part(c, n) + _part(n - c, n) + _part(cases - c, whole - n) + _part(whole - n - cases + c, whole - n)
    return told - _part(cases, whole) - _part(whole - cases, whole)


@njit(cache=True, inline="always")
def _part(some: float, whole: float) -> float:
    return some * np.log(some / whole) if some > 0.0 else 0.0


@njit(cache=True)
def _search_labelled(
    centre_from: int,
    centre_to: int,
    begins: Integers,
    day: Integers,
    near_begins: Integers,
    near: Integers,
    distance: Floats,
    longest: int,
    most: float,
    least_last: int,
    labels: Integers,
    best: Floats,
) -> float:
    """As :func:`_search`, where each event is a case (label 1) or a control (0)."""
    n, cases = len(day), labels.sum()
    span = day.max() + 1
    record = 0.0
    inside, cased = np.zeros(span, np.int64), np.zeros(span, np.int64)
    for centre in range(centre_from, centre_to):
        inside[:] = 0
        cased[:] = 0
        own, held = 0.0, 0
        place = near_begins[centre]
        while place < near_begins[centre + 1]:
            ring, added = place, 0
            while ring < near_begins[centre + 1] and distance[ring] == distance[place]:
                for event in range(begins[near[ring]], begins[near[ring] + 1]):
                    inside[day[event]] += 1
                    cased[day[event]] += labels[event]
                    held += 1
                    added += labels[event]
                ring += 1
            place = ring
            if held > most:
                break
            if added == 0:
                continue
            for first in range(span):
                if cased[first] == 0:
                    continue
                c, among = 0, 0
                for last in range(first, min(first + longest, span)):
                    c += cased[last]
                    among += inside[last]
                    if cased[last] == 0 or last < least_last:
                        continue
                    llr = _bernoulli_llr(float(c), float(among), float(cases), float(n))
                    record = max(record, llr)
                    if len(best) > 0 and llr > own:
                        own = llr
                        best[centre] = np.array(
                            [llr, float(ring), float(first), float(last), float(c), among * cases / n, float(cases)]
                        )
    return record


@njit(cache=True)
def _best_labelled(
    begins: Integers,
    day: Integers,
    near_begins: Integers,
    near: Integers,
    distance: Floats,
    longest: int,
    most: float,
    least_last: int,
    labels: Integers,
) -> Floats:
    best = np.zeros((len(near_begins) - 1, 7))
    _search_labelled(0, len(best), begins, day, near_begins, near, distance, longest, most, least_last, labels, best)
    return best


@njit(cache=True, parallel=True)
def _replicated_labelled(
    begins: Integers,
    day: Integers,
    near_begins: Integers,
    near: Integers,
    distance: Floats,
    longest: int,
    most: float,
    least_last: int,
    labels: Integers,
    seed: int,
    largest: Floats,
) -> None:
    for number in prange(len(largest)):
        own = labels.copy()
        shuffle(own, stream(seed, number))
        nothing = np.empty((0, 7))
        largest[number] = _search_labelled(
            0,
            len(near_begins) - 1,
            begins,
            day,
            near_begins,
            near,
            distance,
            longest,
            most,
            least_last,
            own,
            nothing,
        )
