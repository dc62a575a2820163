"""What the sealed channel allows: ``limits.toml`` of the room, and what an observatory sets otherwise."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pydantic import Field, ValidationError

from convive.errors import ObservatoryError, Problem
from convive.observatory import Strict, misfits

FILE = "limits.toml"


class Door(Strict):
    """What keeps robots out. Nothing of it is counted by person or address."""

    wait_seconds: int = Field(ge=0, le=120)
    form_hours: int = Field(ge=1, le=72)
    reports_per_minute: int = Field(ge=1)
    receipts_per_minute: int = Field(ge=1)
    even_seconds: float = Field(ge=0, le=10)
    at_once: int = Field(ge=1, le=32)


class Visit(Strict):
    minutes: int = Field(ge=5, le=240)


class Times(Strict):
    """Reports are released to the office at the multiples of these hours (UTC)."""

    release_hours: int = Field(ge=1, le=24)


class Location(Strict):
    """Metres of a side of the cell."""

    cell: int = Field(ge=250, le=10_000)


class Attachments(Strict):
    most: int = Field(ge=0, le=3)
    bytes: int = Field(ge=10_000, le=1_300_000)
    pixels: int = Field(ge=100_000, le=100_000_000)
    side: int = Field(ge=400, le=4000)
    pdf_pages: int = Field(ge=1, le=200)
    pdf_unpacked: int = Field(ge=1_000_000)


class Request(Strict):
    bytes: int = Field(ge=100_000, le=10_000_000)


class Exit(Strict):
    """Where the way out leads: a page that anybody may have open."""

    url: str = Field(pattern=r"^https://[^\s\"'<>]+$")
    name: str


class Threshold(Strict):
    threshold: int = Field(ge=2)
    custodians: int = Field(ge=2)


class Limits(Strict):
    """The whole of ``limits.toml``."""

    door: Door
    visit: Visit
    times: Times
    location: Location
    attachments: Attachments
    request: Request
    exit: Exit
    custody: Threshold


@cache
def limits(folder: Path | None = None) -> Limits:
    """The limits of the observatory whose ``voice`` folder is given; without one, those of the house.

    Raises :class:`ObservatoryError` naming each key that does not fit.
    """
    ours = tomllib.loads((Path(__file__).parent / FILE).read_text("utf-8"))
    path = folder / FILE if folder else None
    if path is not None and path.is_file():
        try:
            theirs = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ObservatoryError(Problem("toml-unreadable", file=FILE, values={"detail": str(error)})) from error
        for table, keys in theirs.items():
            ours[table] = ours.get(table, {}) | keys if isinstance(keys, dict) else keys
    try:
        return Limits.model_validate(ours)
    except ValidationError as error:
        raise ObservatoryError(misfits(path or Path(FILE), error)) from error
