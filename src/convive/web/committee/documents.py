"""The minutes of a session, as Word and as PDF: the same words in both."""

from __future__ import annotations

from collections.abc import Iterator

from convive.committee.chain import Head
from convive.publication.papers.outline import Grid, Heading, Paper, Paragraph, Part
from convive.texts import date, say
from convive.web.committee.models import Seat, Session


def minutes(session: Session, city: str, language: str, head: Head | None) -> Paper:
    """Heading, attendance, agenda, what was said, agreements with owner and date, room for signatures, and the head of
    the log: whoever keeps a copy can prove later that nothing before it was changed."""
    title = say("office.minutes_of_session", language, code=session.code)
    day = date(session.held_on or session.planned_on, language)
    parts: list[Part] = [*_attendance(session, language)]
    for name in ("agenda", "minutes"):
        parts.append(Heading(say(f"office.session_{name}", language)))
        parts += [Paragraph(line) for line in getattr(session, name).splitlines() or ["–"]]
    parts += [*_agreements(session, language), Paragraph(say("office.signatures", language))]
    if head is not None:
        parts.append(Paragraph(say("office.head_printed", language, head=str(head))))
    return Paper(title, f"{city} · {day}", tuple(parts), language, short=True)


def _attendance(session: Session, language: str) -> Iterator[Part]:
    yield Heading(say("office.present", language))
    noted = dict(session.attendances.values_list("seat_id", "excused"))
    day = session.held_on or session.planned_on
    for seat in (seat for seat in Seat.objects.all() if seat.on(day)):
        how = "did_not_come" if seat.pk not in noted else "excused" if noted[seat.pk] else "came"
        came = say(f"office.{how}", language)
        label = seat.office_en if language == "en" and seat.office_en else seat.office_es
        yield Paragraph(f"{label} ({seat.agency}) {seat.holder}: {came}")


def _agreements(session: Session, language: str) -> Iterator[Part]:
    yield Heading(say("office.agreements", language))
    rows = tuple(
        (
            one.text_en if language == "en" and one.text_en else one.text_es,
            str(one.owner),
            date(one.due, language),
        )
        for one in session.agreements.select_related("owner")
    )
    heads = tuple(say(f"answer.column_{name}", language) for name in ("agreement", "owner", "due"))
    yield Grid("", heads, rows) if rows else Paragraph("–")
