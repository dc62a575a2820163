"""The office's database asked by a build, in a process of its own: Django has one configuration in a process, and the
pages of the site use another."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

from convive.committee.answer import Answer
from convive.committee.chain import Head


def asked(folder: Path) -> Answer | None:
    """What the committee answers for today; None while the database knows no committee."""
    with multiprocessing.get_context("spawn").Pool(1) as worker:
        return worker.apply(_answer, (str(folder.resolve()),))


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


def _answer(folder: str) -> Answer | None:
    os.environ["CONVIVE_OBSERVATORY"] = folder
    from convive.web.office import setup

    setup()
    from convive.web.committee.snapshot import snapshot

    return snapshot()
