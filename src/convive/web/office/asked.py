"""The office's database asked by a build, in a process of its own: Django has one configuration in a process, and the
pages of the site use another."""

from __future__ import annotations

import multiprocessing
import os
from dataclasses import dataclass
from pathlib import Path

from convive.committee.answer import Answer
from convive.committee.chain import Head
from convive.voice.reports.clock import Clock
from convive.voice.workshops.release import PublicRound


@dataclass(frozen=True)
class Asked:
    """What the database says in public: what the committee answers for, None while it knows no committee; how long
    bodies take with open reports, None while there is none; what the closed rounds of workshops said."""

    committee: Answer | None
    answer_clock: Clock | None
    workshops: tuple[PublicRound, ...]


def asked(folder: Path) -> Asked:
    """What the database of the observatory in ``folder`` says in public, today."""
    with multiprocessing.get_context("spawn").Pool(1) as worker:
        return worker.apply(_asked, (str(folder.resolve()),))


def asked_head(folder: Path) -> Head | None:
    """Number and hash of the log's last line; None while nothing was done."""
    with multiprocessing.get_context("spawn").Pool(1) as worker:
        return worker.apply(_head, (str(folder.resolve()),))


def _head(folder: str) -> Head | None:
    os.environ["CONVIVE_OBSERVATORY"] = folder
    from convive.web.office import setup

    setup()
    from convive.web.journal.checking import head

    return head()


def _asked(folder: str) -> Asked:
    os.environ["CONVIVE_OBSERVATORY"] = folder
    from convive.web.office import setup

    setup()
    from convive.web.committee.snapshot import snapshot
    from convive.web.reports.sheets import public_rounds
    from convive.web.reports.telling import answer_clock

    return Asked(snapshot(), answer_clock(), public_rounds())
