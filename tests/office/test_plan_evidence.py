"""Evidence in the office: attached, confirmed by a second person, taken back, its files made anew."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from convive.publication.release.acting import acting
from convive.publication.release.writing import json_bytes
from convive.web.journal.models import Line
from convive.web.office.plan import desk as desks
from planning import ACTIVITY, ATTACH, CANARY, HERE, SAID, acts, last, pdf, photo, strategy, territory

if TYPE_CHECKING:
    from django.test import Client

__all__ = ["strategy", "territory"]


def test_evidence_moves_an_activity_once_a_second_person_confirmed_it(
    signed_in: Callable[..., Client], strategy: Path
) -> None:
    rosa, luis = signed_in("rosa", "agency_officer", body="committee"), signed_in("luis", "analyst")
    assert rosa.post(ATTACH, SAID | {"file": pdf()}).status_code == 302
    (piece,) = desks.desk().review.ledger.evidence
    kept = (strategy / "evidence" / piece.file).read_bytes()
    assert CANARY.encode() not in kept
    with pikepdf.open(io.BytesIO(kept)) as read:
        assert "/Author" not in read.docinfo
    assert (strategy / "evidence" / piece.file).stat().st_mode & 0o077 == 0
    assert desks.desk().review.progress["activate-committee"].share == 0
    address = f"{HERE}prueba/{piece.id}/"
    assert "no puede confirmar lo que registró" in rosa.post(address, {"do": "confirm"}, follow=True).text
    assert desks.desk().review.progress["activate-committee"].share == 0
    luis.post(address, {"do": "confirm"})
    assert desks.desk().review.progress["activate-committee"].share == pytest.approx(1 / 12 / 2)
    assert acts() == ["evidence.attached", "evidence.confirmed"]
    assert "1 de 12 actas" in rosa.get(ACTIVITY).text


def test_a_file_is_served_to_keep_and_every_look_is_told(signed_in: Callable[..., Client]) -> None:
    rosa = signed_in("rosa", "agency_officer", body="committee")
    for upload, media in ((pdf(), "application/pdf"), (photo(), "image/jpeg")):
        rosa.post(ATTACH, SAID | {"file": upload})
        piece = desks.desk().review.ledger.evidence[-1]
        answer = signed_in(f"m-{piece.id}", "member").get(f"{HERE}prueba/{piece.id}/archivo/")
        assert answer.headers["Content-Type"] == media
        assert answer.headers["Content-Disposition"].startswith("attachment; ")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert CANARY.encode() not in answer.content
        assert (acts()[-1], last()) == ("private.seen", {"records": [piece.file]})


@pytest.mark.parametrize(
    "content",
    [b"<html><script>alert(1)</script>", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"MZ\x90\x00", b"OggS\x00", b""],
)
def test_what_is_no_photo_or_pdf_is_refused_and_what_was_typed_stays(
    signed_in: Callable[..., Client], strategy: Path, content: bytes
) -> None:
    rosa = signed_in("rosa", "agency_officer", body="committee")
    upload = SimpleUploadedFile("acta.pdf", content, content_type="application/pdf")
    answer = rosa.post(ATTACH, SAID | {"title": "Lo que escribí", "file": upload})
    assert answer.status_code == 422
    assert "Lo que escribí" in answer.text
    assert not (strategy / "evidence.csv").exists()
    assert not list((strategy / "evidence").glob("*"))
    assert acts() == []


def test_the_file_of_evidence_that_does_not_fit_is_kept_nowhere(
    signed_in: Callable[..., Client], strategy: Path
) -> None:
    rosa = signed_in("rosa", "agency_officer", body="committee")
    for wrong in ({"title": " "}, {"dated": "2999-01-01"}, {"kind": "document"}, {"quantity": "12"}):
        assert rosa.post(ATTACH, SAID | wrong | {"file": pdf()}).status_code == 422, wrong
    assert not list((strategy / "evidence").glob("*"))
    assert rosa.post(ATTACH, SAID | {"file": pdf()}).status_code == 302
    again = rosa.post(ATTACH, SAID | {"title": "Otra", "file": pdf()})
    assert again.status_code == 422
    assert "ya está adjunto" in again.text
    assert len(list((strategy / "evidence").glob("*"))) == 1


def test_a_request_that_is_too_large_is_refused_unread(signed_in: Callable[..., Client]) -> None:
    client = signed_in("rosa", "agency_officer", body="committee")
    assert (
        client.post(ATTACH, SAID | {"file": SimpleUploadedFile("a.pdf", b"%PDF-" + bytes(13_000_000))}).status_code
        == 413
    )
    assert (
        client.post(ATTACH, SAID | {"file": SimpleUploadedFile("a.pdf", b"%PDF-" + bytes(10_500_000))}).status_code
        == 422
    )


def test_evidence_is_taken_back_for_a_reason_and_stays_written(
    signed_in: Callable[..., Client], strategy: Path
) -> None:
    rosa, luis, sec = (
        signed_in("rosa", "agency_officer", body="committee"),
        signed_in("luis", "analyst"),
        signed_in("sec", "technical_secretary"),
    )
    rosa.post(ATTACH, SAID | {"title": CANARY, "note": CANARY})
    (piece,) = desks.desk().review.ledger.evidence
    address = f"{HERE}prueba/{piece.id}/"
    luis.post(address, {"do": "confirm"})
    assert "Falta decir por qué" in rosa.post(address, {"do": "withdraw", "reason": " "}, follow=True).text
    assert "la adjuntó otra persona" in luis.post(address, {"do": "withdraw", "reason": "x"}, follow=True).text
    sec.post(address, {"do": "withdraw", "reason": "Era de otra sesión"})
    assert desks.desk().review.progress["activate-committee"].share == 0
    assert len((strategy / "evidence.csv").read_text("utf-8").splitlines()) == 4
    assert Line.objects.get(act="evidence.withdrawn").reason == "Era de otra sesión"
    told = json_bytes(acting(desks.desk().review)).decode()
    assert "Zunilda" not in told
    assert '"rosa"' not in told
