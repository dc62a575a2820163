"""The minutes of a session as a Word document."""

from __future__ import annotations

import io

from docx import Document

from convive.texts import date, say
from convive.web.committee.models import Seat, Session


def minutes_docx(session: Session, city: str, language: str) -> bytes:
    """Heading, attendance, agenda, what was said, agreements with owner and date, room for signatures."""
    document = Document()
    document.core_properties.author = city
    day = session.held_on or session.planned_on
    document.add_heading(say("office.minutes_of_session", language, code=session.code), 0)
    document.add_paragraph(f"{city} · {date(day, language)}")
    _attendance(document, session, language)
    for name in ("agenda", "minutes"):
        document.add_heading(say(f"office.session_{name}", language), 1)
        for line in getattr(session, name).splitlines() or ["–"]:
            document.add_paragraph(line)
    _agreements(document, session, language)
    document.add_paragraph()
    document.add_paragraph(say("office.signatures", language))
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _attendance(document, session: Session, language: str) -> None:  # type: ignore[no-untyped-def]
    document.add_heading(say("office.present", language), 1)
    there = set(session.attendances.values_list("seat_id", flat=True))
    for seat in Seat.objects.all():
        came = say("office.came" if seat.pk in there else "office.did_not_come", language)
        label = seat.office_en if language == "en" and seat.office_en else seat.office_es
        document.add_paragraph(f"{label} ({seat.agency}) {seat.holder}: {came}", style="List Bullet")


def _agreements(document, session: Session, language: str) -> None:  # type: ignore[no-untyped-def]
    document.add_heading(say("office.agreements", language), 1)
    table = document.add_table(rows=1, cols=3)
    for cell, name in zip(table.rows[0].cells, ("agreement", "owner", "due"), strict=True):
        cell.text = say(f"answer.column_{name}", language)
    for one in session.agreements.select_related("owner"):
        told = one.text_en if language == "en" and one.text_en else one.text_es
        for cell, words in zip(table.add_row().cells, (told, str(one.owner), date(one.due, language)), strict=True):
            cell.text = words
