"""The way back: a receipt is tried slowly and evenly, and opens a page for half an hour.

Right, wrong or illegible, the same derivation is made once, the same questions are put to the database, the same pages
are drawn, and the answer goes out a whole number of steps after the question came. How many is settled before anything
depends on whether there is a report: on a crowded server too, the moment of the answer says nothing.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass
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

DRAWING_S = 0.3
"""What is left to draw a page that was looked up: many times what it takes."""


@cache
def door() -> Door:
    return Door(settings.LIMITS.door)


@cache
def visits() -> Visits:
    return Visits(settings.LIMITS.visit.minutes * 60)


@cache
def _turns() -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(settings.LIMITS.door.at_once)


@dataclass(frozen=True)
class Tried:
    """A receipt that was typed: what it derives, and its report; None for any other."""

    receipt: bytes
    reporter: Reporter
    report: Report | None


def find(typed: str, custody: Custody) -> Tried:
    """Try the receipt that was typed. What could not be read derives from nothing, at the same cost."""
    try:
        receipt, legible = forms.read(typed), True
    except VoiceError:
        receipt, legible = NO_RECEIPT, False
    with _turns():
        reporter = reporter_of(receipt, custody)
    report = Report.objects.filter(tag=reporter.tag.hex()).first()
    return Tried(receipt, reporter, report if legible else None)


def reporter_of(receipt: bytes, custody: Custody) -> Reporter:
    return derive_reporter(receipt, bytes.fromhex(custody.salt))


def answer_due(began: float) -> float:
    """When a question that came at ``began`` (monotonic clock) is answered: a whole number of ``even_seconds`` later,
    with time left to draw the page. Called once the receipt was looked up, before it matters what was found."""
    step = settings.LIMITS.door.even_seconds
    took = time.monotonic() - began
    return began + math.ceil((took + DRAWING_S) / step) * step if step > 0 else began


def wait_until(due: float) -> None:
    """Sleep until ``due``; where that has passed, until a whole number of steps after it."""
    step, late = settings.LIMITS.door.even_seconds, time.monotonic() - due
    if step > 0:
        time.sleep(-late if late <= 0 else math.ceil(late / step) * step - late)
