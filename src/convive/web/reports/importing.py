"""Reports from an export of KoboToolbox or ODK are received; one that was taken before is not taken again."""

from __future__ import annotations

import dataclasses

from convive.errors import Problem, VoiceError
from convive.voice.questionnaires.exports import Export, Imported
from convive.voice.reports.intake import Filled, fill
from convive.web.reports import place
from convive.web.reports.filing import receive
from convive.web.reports.models import Report

ORIGIN = "import"


def take(export: Export, file: str) -> tuple[int, int, list[Problem]]:
    """Receive what is new of ``export``: how many were kept, how many were known already, and what does not fit."""
    known = set(Report.objects.filter(origin=ORIGIN).values_list("key", flat=True))
    kept, problems = 0, []
    for one in export.reports:
        if one.key in known:
            continue
        try:
            filled = _filled(one)
        except VoiceError as misfit:
            problems += [dataclasses.replace(problem, file=file, row=one.row) for problem in misfit.problems]
            continue
        receive(filled, origin=ORIGIN, received=one.received, key=one.key)
        kept += 1
    already = sum(one.key in known for one in export.reports)
    return kept, already, problems


def _filled(one: Imported) -> Filled:
    point = one.latitude is not None and one.longitude is not None
    return fill(
        place.catalogue(),
        category=one.category,
        latitude=str(one.latitude) if point else "",
        longitude=str(one.longitude) if point else "",
        address=one.address,
        words=one.words,
        unit=place.unit_named(one.address) if one.address else "",
        answers=None,
        asks=False,
        units_at=place.units_at,
        units_above=place.units_above,
    )
