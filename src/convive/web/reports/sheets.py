"""Sheets of a workshop, as paper and telephones fill them in, and a round as the rooms read it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.http import QueryDict

from convive.errors import LANGUAGES, Problem, VoiceError
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


def keep_paper(workshop: Workshop, table: str, given: QueryDict, *, people: int, by: str) -> Marked:
    """Keep the sheet of paper of a ``table`` at which so many ``people`` sat.

    Raises :class:`VoiceError` with everything that does not fit.
    """
    try:
        return _keep(workshop, table, given, people=people, least=rules().people_a_table, by=by)
    except IntegrityError:
        raise VoiceError(Problem("sheet-table-twice", column="table", value=table)) from None


@transaction.atomic
def keep_slip(slip: Slip, given: QueryDict) -> Marked:
    """Keep the sheet of a telephone, which spends its ``slip``; where the sheet is not kept, the slip still serves.

    A telephone is one person: what is shown of telephones needs as many of them as of tables. Raises
    :class:`VoiceError` with everything that does not fit.
    """
    if not Slip.objects.filter(pk=slip.pk, used=False).update(used=True):
        raise VoiceError(Problem("slip-used", value=slip.code))
    return _keep(slip.workshop, f"t-{secrets.token_hex(6)}", given, people=1, least=1, by="citizen")


def questions(round_: Round, given: QueryDict, language: str) -> dict[str, Any]:
    """The sheet as a page asks it."""
    unit = place.unit_names()
    rows = []
    for code, one in round_.cells.items():
        verdicts = [Verdict.MISSING] if not one["level"] else [Verdict.TOO_HIGH, Verdict.RIGHT, Verdict.TOO_LOW]
        answers = [(v.value, say(f"reports.verdict.{v}", language), given.get(f"c-{code}") == v) for v in verdicts]
        level = say(f"reports.level.{one['level']}", language)
        lacking = say("reports.workshop.lacks", language, n=code.partition("?")[2])
        label = code if one["level"] else lacking
        rows.append(
            {"code": code, "label": label, "unit": unit.get(one["unit"], ""), "level": level, "answers": answers}
        )
    options = [(one["code"], one[language]) for one in round_.options]
    places = list(range(1, len(options) + 1))
    return {"cells": rows, "options": options, "places": places}


@transaction.atomic
def _keep(workshop: Workshop, table: str, given: QueryDict, *, people: int, least: int, by: str) -> Marked:
    lines = [(code, given[f"c-{code}"]) for code in workshop.round.cells if given.get(f"c-{code}")]
    cells = cells_of(workshop.round)
    sheet = read_sheet(lines, cells, workshop=workshop.code, table=table, people=people, least=least)
    options = [one["code"] for one in workshop.round.options]
    approved = [one for one in given.getlist("approve") if one in options]
    ranked = _ranking(options, given)
    if not (sheet.marks or approved or ranked):
        raise VoiceError(Problem("sheet-blank"))
    kept = Marked.objects.create(
        workshop=workshop,
        table=table,
        marks=dict(sheet.marks),
        approvals=[approved] if approved or ranked else [],  # who only marked cells has not voted for nothing
        rankings=[ranked] if ranked else [],
    )
    record(act="workshop.sheet", subject=str(workshop.round_id), by=by)
    return kept


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
    decided = all("shown" in one for one in round_.options)
    return publishable(
        round_.closed.astimezone(zone).date(),
        sheets_of(round_),
        cells_of(round_),
        rules(),
        options={one["code"]: _public_words(one) for one in round_.options},
        approvals=[ballot for one in found for ballot in one.approvals] if decided else [],
        rankings=[ballot for one in found for ballot in one.rankings],
    )


def _public_words(option: Mapping[str, Any]) -> dict[str, str]:
    """A priority as it is published: in its words only where somebody who did not write them said that they may be."""
    held = {language: say("reports.round.held_back", language) for language in LANGUAGES}
    return {language: option[language] for language in LANGUAGES} if option.get("shown") else held


def _ranking(options: Sequence[str], given: Mapping[str, str]) -> list[list[str]]:
    """Groups of options by the place that was given to each; those without a place are left out."""
    places: dict[int, list[str]] = {}
    for option in options:
        said = given.get(f"r-{option}", "")
        if said.isascii() and said.isdigit() and 1 <= int(said[:4]) <= len(options):
            places.setdefault(int(said[:4]), []).append(option)
    return [places[number] for number in sorted(places)]
