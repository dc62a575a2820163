"""Reports of the same thing nearby: offered before one more is made."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass

from convive.territory.metres import A_DEGREE


@dataclass(frozen=True)
class Known:
    """A report as far as likeness goes: its key, what and where, and when it was received."""

    key: str
    category: str
    latitude: float
    longitude: float
    received: dt.datetime


@dataclass(frozen=True)
class Near:
    """A known report and its distance in metres."""

    known: Known
    metres: float


def nearby(
    known: Iterable[Known],
    *,
    category: str,
    latitude: float,
    longitude: float,
    at: dt.datetime,
    metres: float,
    days: int,
) -> list[Near]:
    """Reports of ``category`` within ``metres`` of the point and ``days`` before ``at``, the nearest first."""
    since = at - dt.timedelta(days=days)
    found = [
        Near(one, apart)
        for one in known
        if one.category == category
        and since <= one.received <= at
        and (apart := distance(latitude, longitude, one.latitude, one.longitude)) <= metres
    ]
    return sorted(found, key=lambda one: (one.metres, one.known.key))


def box(latitude: float, longitude: float, metres: float) -> tuple[float, float, float, float]:
    """South, west, north, east (degrees) of a box that holds all within ``metres``: what a database can ask for."""
    high = metres / A_DEGREE
    wide = high / max(math.cos(math.radians(latitude)), 0.01)
    return latitude - high, longitude - wide, latitude + high, longitude + wide


def distance(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Metres between two points (haversine, mean radius of the earth)."""
    north, south = math.radians(latitude), math.radians(other_latitude)
    half = math.sin((north - south) / 2) ** 2
    half += math.cos(north) * math.cos(south) * math.sin(math.radians(longitude - other_longitude) / 2) ** 2
    return 2 * math.degrees(math.asin(min(1.0, math.sqrt(half)))) * A_DEGREE
