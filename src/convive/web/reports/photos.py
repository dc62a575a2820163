"""Photos of open reports: known by their content, drawn anew without what the device wrote into them."""

from __future__ import annotations

from convive.errors import Problem, VoiceError
from convive.voice.attachments import clean
from convive.voice.limits import Attachments
from convive.web.reports import place


def photo_of(data: bytes) -> bytes:
    """The photo as JPEG, drawn anew. Raises :class:`VoiceError` for anything that is no photo or too large."""
    rules = place.catalogue().rules
    limits = Attachments(
        most=1, bytes=1_300_000, pixels=rules.photo_pixels, side=rules.photo_side, pdf_pages=1, pdf_unpacked=1_000_000
    ).model_copy(update={"bytes": rules.photo_bytes})
    try:
        found = clean(data, 1, limits)
    except VoiceError as refused:
        why = refused.problems[0].values.get("why", "?")
        raise VoiceError(Problem("report-photo", column="photo", values={"why": why})) from None
    if not found.name.endswith(".jpg"):
        raise VoiceError(Problem("report-photo", column="photo", values={"why": found.type}))
    return found.data
