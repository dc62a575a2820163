"""The plan as it stands today, read again when one of its files or the released figures change."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, wraps
from pathlib import Path
from threading import Lock
from typing import Any

import polars as pl
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from convive.errors import ConviveError
from convive.indicators import catalogue
from convive.publication.release.acting import acting
from convive.standard.schema import figures_schema
from convive.strategy import decisions, evidence, reading
from convive.strategy.plan import Plan
from convive.strategy.review import Review, review
from convive.web.office.guard import View, requires, today
from convive.web.office.territory import units
from convive.web.office.views import frame

FILES = (reading.FILE, evidence.FILE, decisions.FILE)
Stamp = tuple[tuple[int, int], ...]


class NoPlan(Exception):
    """The observatory has no plan."""


@dataclass(frozen=True)
class Desk:
    """``folder``: the observatory's ``strategy/``; ``built``: whether there are released figures to review it with.
    ``kept``: pieces of pages until the plan changes, by language and what of the plan they show (None: all of it)."""

    folder: Path
    plan: Plan
    review: Review
    built: bool
    kept: dict[tuple[str, frozenset[str] | None], str] = field(default_factory=dict, compare=False)

    @cached_property
    def tree(self) -> dict[str, Any]:
        """The plan as it is told in public, once for each time that it was read."""
        return acting(self.review)


_lock = Lock()
_desk: tuple[tuple[Stamp, dt.date], Desk] | None = None


def desk() -> Desk:
    """The plan as it stands now.

    Raises :class:`NoPlan`, and :class:`~convive.errors.Findings` for a plan or ledger that cannot be followed.
    """
    global _desk
    folder = Path(settings.FOLDER) / "strategy"
    data = Path(settings.FOLDER) / "public" / "data"
    paths = (*(folder / name for name in FILES), data / "edition.json", data / "figures.parquet")
    stamp, day = tuple(map(_stamp, paths)), today()
    with _lock:
        if _desk is None or _desk[0] != (stamp, day):
            _desk = (stamp, day), _read(folder, data, day)
        return _desk[1]


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _read(folder: Path, data: Path, day: dt.date) -> Desk:
    plan = reading.load(folder)
    if plan is None:
        raise NoPlan
    built = (data / "edition.json").exists()
    if built:
        figures = pl.read_parquet(data / "figures.parquet", glob=False)
        as_of = dt.date.fromisoformat(json.loads((data / "edition.json").read_text("utf-8"))["as_of"])
    else:
        figures, as_of = pl.DataFrame(schema=figures_schema()), plan.start
    return Desk(folder, plan, review(folder, plan, figures, as_of=min(as_of, day), today=day), built)


def names() -> dict[str, set[str]]:
    """What a plan may name that is not in it: units of the territory, indicators of the catalogue."""
    return {"units": set(units()), "indicators": set(catalogue())}


def with_plan(permission: str) -> Callable[[View], View]:
    """Only those with ``permission``; the view is handed the plan as it stands."""

    def hand(view: View) -> View:
        @requires(permission)
        @wraps(view)
        def guarded(request: HttpRequest, **named: str) -> HttpResponse:
            language = named["language"]
            try:
                found = desk()
            except NoPlan:
                return render(request, "office/said.html", frame(language) | {"said": "no_plan"}, status=404)
            except ConviveError as broken:
                told = [f"{one.place()}: {one.reason(language)} {one.remedy(language)}" for one in broken.problems]
                return render(request, "plan/broken.html", frame(language) | {"problems": told}, status=503)
            return view(request, found, **named)

        return guarded

    return hand
