"""The search of a scan statistic, compiled: the strongest window of every centre, and of every data set by chance.

Windows come as rings: of each centre (a place with a shape and an angle) the places by distance, the nearest first.
``factor``: what a centre's log-likelihood ratios count, below 1 for long ellipses.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from convive.analysis.chance import shuffle, stream, uniform
from convive.analysis.checks import Floats
from convive.analysis.threads import Run

Integers = NDArray[np.int64]

FIRST: Any = np.int64(0)
"""0 that Numba takes for a number like any other: for a constant it would compile what is called once more."""


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
    factor: Floats,
    place_measure: Floats,
    until: Floats,
    longest: int,
    most: float,
    least_last: int,
    best: Floats,
) -> float:
    """The largest llr of all cylinders around the centres; of each centre's into ``best`` where that has rows.

    A window is looked at only if it begins and ends on a day with events and holds one of the outermost ring: any other
    has a smaller one inside it with as many events. ``least_last``: 0, or the last day, which all must reach.
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
        if keeps or (centre > centre_from and factor[centre] != factor[centre - 1]):
            current += 1
        held, measure = FIRST, 0.0
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
                        if not has_fresh:
                            continue
                        if least_last > 0:
                            # A window that must reach the last day does so without an event on it.
                            if place_in < held or least_last - first >= longest:
                                continue
                            last = least_last
                        c = place_in - start
                        mu = share * (until[last + 1] - until[first])
                        if version[c] != current:
                            limit[c] = _largest_mu(float(c), record / factor[centre], whole)
                            version[c] = current
                        if mu < limit[c]:
                            llr = factor[centre] * _llr(float(c), mu, whole)
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


CHUNK = 64
"""Centres that one thread searches at a time."""


@njit(cache=True, nogil=True)
def best_of_each(
    run: Run,
    begins: Integers,
    day: Integers,
    near_begins: Integers,
    near: Integers,
    distance: Floats,
    factor: Floats,
    place_measure: Floats,
    until: Floats,
    longest: int,
    most: float,
    least_last: int,
    best: Floats,
) -> None:
    """Of each centre of a ``run`` of chunks its strongest cylinder: llr, end of its ring in ``near``, first, last,
    observed, expected, whole."""
    _search(
        run[0] * CHUNK,
        min(run[1] * CHUNK, len(best)),
        begins,
        day,
        near_begins,
        near,
        distance,
        factor,
        place_measure,
        until,
        longest,
        most,
        least_last,
        best,
    )


@njit(cache=True, nogil=True)
def replicated(
    run: Run,
    draws_places: bool,
    begins: Integers,
    day: Integers,
    near_begins: Integers,
    near: Integers,
    distance: Floats,
    factor: Floats,
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
    for number in range(run[0], run[1]):
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
            FIRST,
            len(near_begins) - 1,
            own_begins,
            own,
            near_begins,
            near,
            distance,
            factor,
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
def search_labelled(
    centre_from: int,
    centre_to: int,
    begins: Integers,
    day: Integers,
    near_begins: Integers,
    near: Integers,
    distance: Floats,
    factor: Floats,
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
                    if last < least_last or (cased[last] == 0 and least_last == 0):
                        continue
                    llr = factor[centre] * _bernoulli_llr(float(c), float(among), float(cases), float(n))
                    record = max(record, llr)
                    if len(best) > 0 and llr > own:
                        own = llr
                        best[centre] = np.array(
                            [llr, float(ring), float(first), float(last), float(c), among * cases / n, float(cases)]
                        )
    return record


@njit(cache=True, nogil=True)
def replicated_labelled(
    run: Run,
    begins: Integers,
    day: Integers,
    near_begins: Integers,
    near: Integers,
    distance: Floats,
    factor: Floats,
    longest: int,
    most: float,
    least_last: int,
    labels: Integers,
    seed: int,
    largest: Floats,
) -> None:
    for number in range(run[0], run[1]):
        own = labels.copy()
        shuffle(own, stream(seed, number))
        nothing = np.empty((0, 7))
        largest[number] = search_labelled(
            FIRST,
            len(near_begins) - 1,
            begins,
            day,
            near_begins,
            near,
            distance,
            factor,
            longest,
            most,
            least_last,
            own,
            nothing,
        )
