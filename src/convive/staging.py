"""A build replaces the former result whole or not at all.

Everything is written below ``.building/``. When it is complete that folder is renamed to ``.ready/``: one atomic
step, after which the new result is the true one. Only then are ``private/`` and ``public/`` exchanged. Whoever next
opens the observatory finds either no ``.ready/`` (the former result stands; leftovers are removed) or a ``.ready/``
(the exchange is carried to its end).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl
from filelock import FileLock, Timeout

from convive.errors import BuildError, Problem

RESULTS = ("private", "public")
OWNER_ONLY = 0o700
"""Private tables are for the eyes of the account that builds them, also while they are being built."""


@contextmanager
def stage(folder: Path, results: Sequence[str] = RESULTS) -> Iterator[Path]:
    """A fresh folder in which to build ``results`` of the observatory at ``folder``; exchanged at the end for the
    former.

    If the block raises or the process dies, the former results stay as they were; so do those that are not built.

    Raises :class:`BuildError` where another build runs or the folder cannot be written.
    """
    with _only_build(folder):
        _carry_to_its_end(folder)
        building = folder / ".building"
        building.mkdir(mode=OWNER_ONLY)
        for name in results:
            (building / name).mkdir(mode=OWNER_ONLY if name == "private" else 0o777)
        try:
            yield building
        except BaseException as error:
            shutil.rmtree(building, ignore_errors=True)
            if isinstance(error, (OSError, pl.exceptions.ComputeError)):  # Polars tells a full disk as the latter
                raise BuildError(Problem("folder-failed", file=str(folder), values={"detail": str(error)})) from error
            raise
        building.rename(folder / ".ready")
        _carry_to_its_end(folder)


def recover(folder: Path) -> None:
    """Carry an interrupted exchange to its end, unless a build is running at this moment."""
    if (folder / ".ready").exists():
        try:
            with _only_build(folder):
                _carry_to_its_end(folder)
        except BuildError:
            return


@contextmanager
def _only_build(folder: Path) -> Iterator[None]:
    try:
        with FileLock(folder / ".convive.lock", timeout=0):
            yield
    except Timeout as error:
        raise BuildError(Problem("build-running", file=str(folder))) from error
    except PermissionError as error:
        raise BuildError(Problem("folder-not-writable", file=str(folder))) from error
    except OSError as error:
        raise BuildError(Problem("folder-failed", file=str(folder), values={"detail": str(error)})) from error


def _carry_to_its_end(folder: Path) -> None:
    ready, former = folder / ".ready", folder / ".former"
    if ready.exists():
        for name in RESULTS:
            if (ready / name).exists():
                _retire(folder / name, former / name)
                (ready / name).rename(folder / name)
        shutil.rmtree(ready)
    for leftover in (former, folder / ".building"):
        if leftover.exists():
            shutil.rmtree(leftover)


def _retire(result: Path, former: Path) -> None:
    if former.exists():
        shutil.rmtree(former)
    if result.exists():
        former.parent.mkdir(exist_ok=True)
        result.rename(former)
