"""Sheets of a workshop, as paper and telephones fill them in, and a round as the rooms read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.http import QueryDict

from convive.errors import Problem, VoiceError
from convive.texts import say
from convive.voice.workshops.marks import Cell, Sheet, Verdict, read_sheet
from convive.voice.workshops.release import PublicRound, publishable
from convive.voice.workshops.rules import Rules, read_rules
from convive.web.journal import record
from convive.web.reports import place
from convive.web.reports.models import Marked, Round, Slip, Workshop


def rules() -> Rules:
    """The least numbers of this observatory."""
    return read_rules(place.observatory().voice)


def cells_of(round_: Round) -> dict[str, Cell]:
    """The cells of a round's map, by their letter."""
    return {code: Cell(code, one["unit"], int(one["level"]), int(one["count"])) for code, one in round_.cells.items()}


def keep_sheet(
    workshop: Workshop,
    table: str,
    given: QueryDict,
    *,
    people: int | None,
    by: str = "citizen",
    slip: Slip | None = None,
) -> Marked:
    """Keep a sheet; ``people``: how many sat at the table, None for a telephone, which spends its ``slip``.

    Raises :class:`VoiceError` with everything that does not fit.
    """
    least = rules().people_a_table
    lines = [(code, given[f"c-{code}"]) for code in workshop.round.cells if given.get(f"c-{code}")]
    sheet = read_sheet(
        lines,
        cells_of(workshop.round),
        workshop=workshop.code,
        table=table,
        people=least if people is None else people,
        least=least,
    )
    options = [one["code"] for one in workshop.round.options]
    approvals = [one for one in given.getlist("approve") if one in options]
    try:
        with transaction.atomic():
            if slip is not None and not Slip.objects.filter(pk=slip.pk, used=False).update(used=True):
                raise VoiceError(Problem("slip-used", value=slip.code))
            kept = Marked.objects.create(
                workshop=workshop,
                table=table,
                marks=dict(sheet.marks),
                approvals=[approvals] if options else [],
                rankings=[_ranking(options, given)] if options else [],
            )
            record(act="workshop.sheet", subject=str(workshop.round_id), by=by)
    except IntegrityError:
        raise VoiceError(Problem("sheet-table-twice", column="table", value=table)) from None
    return kept


def questions(round_: Round, given: QueryDict, language: str) -> dict[str, Any]:
    """The sheet as a page asks it."""
    unit = place.unit_names()
    rows = []
    for code, one in round_.cells.items():
        verdicts = [Verdict.MISSING] if not one["level"] else [Verdict.TOO_HIGH, Verdict.RIGHT, Verdict.TOO_LOW]
        answers = [(v.value, say(f"reports.verdict.{v}", language), given.get(f"c-{code}") == v) for v in verdicts]
        level = say(f"reports.level.{one['level']}", language)
        rows.append({"code": code, "unit": unit.get(one["unit"], ""), "level": level, "answers": answers})
    options = [(one["code"], one[language]) for one in round_.options]
    places = list(range(1, len(options) + 1))
    return {"cells": rows, "options": options, "places": places}


def sheets_of(round_: Round) -> list[Sheet]:
    """All sheets of a round."""
    found = Marked.objects.filter(workshop__round=round_).select_related("workshop").order_by("pk")
    return [
        Sheet(one.workshop.code, f"{one.workshop.code} {one.table}", {c: Verdict(v) for c, v in one.marks.items()})
        for one in found
    ]


def public_rounds() -> tuple[PublicRound, ...]:
    """What may be told of every closed round, the newest first."""
    return tuple(public_round(one) for one in Round.objects.filter(closed__isnull=False).order_by("-closed", "-pk"))


def public_round(round_: Round) -> PublicRound:
    """What may be told of a closed round."""
    if round_.closed is None:
        raise ValueError("only a closed round is told")
    zone = ZoneInfo(place.observatory().settings.observatory.timezone)
    found = Marked.objects.filter(workshop__round=round_).order_by("pk")
    approvals = [ballot for one in found for ballot in one.approvals]
    rankings = [ballot for one in found for ballot in one.rankings]
    return publishable(
        round_.closed.astimezone(zone).date(),
        sheets_of(round_),
        cells_of(round_),
        rules(),
        options={one["code"]: {"es": one["es"], "en": one["en"]} for one in round_.options},
        approvals=approvals,
        rankings=rankings,
    )


def _ranking(options: Sequence[str], given: Mapping[str, str]) -> list[list[str]]:
    """Groups of options by the place that was given to each; those without a place are left out."""
    places: dict[int, list[str]] = {}
    for option in options:
        said = given.get(f"r-{option}", "")
        if said.isascii() and said.isdigit() and 1 <= int(said[:4]) <= len(options):
            places.setdefault(int(said[:4]), []).append(option)
    return [places[number] for number in sorted(places)]
