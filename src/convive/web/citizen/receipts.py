"""The way back: a receipt is tried slowly and evenly, and opens a page for half an hour.

Right, wrong or illegible, the same derivation is made, the same question put to the database, and the answer goes
out at the same moment after the question came.
"""

from __future__ import annotations

import math
import threading
import time
from functools import cache

from django.conf import settings

from convive.errors import VoiceError
from convive.voice import receipt as forms
from convive.voice.custody import Custody
from convive.voice.sealed import RECEIPT_BYTES, Reporter, Visits, derive_reporter
from convive.web.citizen.door import Door
from convive.web.citizen.models import Report

NO_RECEIPT = bytes(RECEIPT_BYTES)
"""Stands for what could not be read, so that it costs what a receipt costs."""


@cache
def door() -> Door:
    return Door(settings.LIMITS.door)


@cache
def visits() -> Visits:
    return Visits(settings.LIMITS.visit.minutes * 60)


@cache
def _turns() -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(settings.LIMITS.door.at_once)


def find(typed: str, custody: Custody) -> tuple[bytes, Report] | None:
    """The receipt that was typed, and its report; None for any other."""
    try:
        receipt, legible = forms.read(typed), True
    except VoiceError:
        receipt, legible = NO_RECEIPT, False
    with _turns():
        reporter = reporter_of(receipt, custody)
    report = Report.objects.filter(tag=reporter.tag.hex()).first()
    return (receipt, report) if report is not None and legible else None


def reporter_of(receipt: bytes, custody: Custody) -> Reporter:
    return derive_reporter(receipt, bytes.fromhex(custody.salt))


def wait_until_even(began: float) -> None:
    """Sleep until the answer is due: a whole number of ``even_seconds`` after ``began`` (monotonic clock)."""
    step = settings.LIMITS.door.even_seconds
    if step > 0:
        took = time.monotonic() - began
        time.sleep(max(0.0, math.ceil(took / step) * step - took))
