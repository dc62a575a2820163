"""What a request for reports asks: identifiers, kinds, status, a stretch of at most 90 days; and, as our extensions, a
page and a box."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

SPAN = dt.timedelta(days=90)
MOST = 1_000
STATUSES = ("open", "closed")
LARGEST_ID = 2**63 - 1


class Refused(Exception):
    """A request that cannot be answered: status and words for each reason."""

    def __init__(self, *problems: tuple[int, str]) -> None:
        self.problems = problems
        super().__init__(problems)


@dataclass(frozen=True)
class Asked:
    """A request understood. ``ids`` asks for these alone, whatever else is said. ``box``: west, south, east, north."""

    ids: tuple[int, ...] | None = None
    codes: tuple[str, ...] = ()
    statuses: tuple[str, ...] = STATUSES
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    page: int = 1
    page_size: int = MOST
    box: tuple[float, float, float, float] | None = None
    strange: tuple[str, ...] = field(default=())
    """Identifiers that none of ours can be."""


def asked(query: Mapping[str, str], now: dt.datetime) -> Asked:
    """Read the parameters of ``GET requests``; an empty one is as if it was absent.

    Raises :class:`Refused` with all that is wrong.
    """
    given = {name: value.strip() for name, value in query.items() if value.strip()}
    if "service_request_id" in given:
        told = _list(given["service_request_id"])
        ids = [number for one in told if (number := identifier(one)) is not None]
        return Asked(ids=tuple(ids), strange=tuple(one for one in told if identifier(one) is None))
    problems: list[tuple[int, str]] = []
    since, until = _stretch(given, now, problems)
    statuses = _list(given.get("status", "open,closed"))
    if unknown := [one for one in statuses if one not in STATUSES]:
        problems.append((400, f"status must be open or closed, not {unknown[0]!r}"))
    page = _number(given, "page", 1, 10**6, problems)
    size = _number(given, "page_size", MOST, MOST, problems)
    box = _box(given.get("bbox", ""), problems)
    if problems:
        raise Refused(*problems)
    return Asked(None, _list(given.get("service_code", "")), statuses, since, until, page, size, box)


def identifier(text: str) -> int | None:
    """The number that an identifier stands for; None for what can be none of ours."""
    known = text.isascii() and text.isdigit() and len(text) <= 19
    return int(text) if known and int(text) <= LARGEST_ID else None


def moment(text: str) -> dt.datetime:
    """A date-time of the W3C profile: the zone is mandatory. Raises ``ValueError``."""
    # A plus that was not escaped arrives as a blank.
    found = dt.datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text)
    if found.tzinfo is None:
        raise ValueError("no zone")
    return found.astimezone(dt.UTC)


def _stretch(
    given: Mapping[str, str], now: dt.datetime, problems: list[tuple[int, str]]
) -> tuple[dt.datetime | None, dt.datetime | None]:
    found: dict[str, dt.datetime] = {}
    for name in ("start_date", "end_date"):
        if name in given:
            try:
                found[name] = moment(given[name])
            except (ValueError, OverflowError):
                problems.append((400, f"{name} must be a date-time with zone, such as 2026-01-31T00:00:00Z"))
    if problems:
        return None, None
    try:
        since = found.get("start_date") or found.get("end_date", now) - SPAN
        until = found.get("end_date") or min(since + SPAN, max(now, since))
    except OverflowError:
        problems.append((400, "start_date or end_date is out of reach"))
        return None, None
    if until < since:
        problems.append((400, "end_date lies before start_date"))
    elif until - since > SPAN:
        problems.append((400, "start_date and end_date may not span more than 90 days"))
    return since, until


def _list(text: str) -> tuple[str, ...]:
    return tuple(part for one in text.split(",") if (part := one.strip()))


def _number(given: Mapping[str, str], name: str, usual: int, most: int, problems: list[tuple[int, str]]) -> int:
    text = given.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        problems.append((400, f"{name} must be a number from 1 to {most}"))
        return usual
    return int(text)


def _box(text: str, problems: list[tuple[int, str]]) -> tuple[float, float, float, float] | None:
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
        fits = all(map(math.isfinite, (west, south, east, north))) and west <= east and south <= north
    except ValueError:
        fits = False
    if not fits:
        problems.append((400, "bbox must be west,south,east,north in degrees"))
        return None
    return west, south, east, north
