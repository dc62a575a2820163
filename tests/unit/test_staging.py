"""The former result stays whole, whatever happens to a build."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path

import pytest
from filelock import FileLock

from convive.errors import BuildError
from convive.staging import recover, stage


def result(folder: Path) -> str:
    return "".join((folder / name / "result").read_text() for name in ("private", "public"))


def build(folder: Path, words: str) -> None:
    with stage(folder) as building:
        for name in ("private", "public"):
            (building / name / "result").write_text(words)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {".convive.lock"}


def test_a_second_build_replaces_the_first(tmp_path: Path) -> None:
    build(tmp_path, "first")
    build(tmp_path, "second")
    assert result(tmp_path) == "secondsecond"
    assert names(tmp_path) == {"private", "public"}


def test_a_failed_build_leaves_the_former_result(tmp_path: Path) -> None:
    build(tmp_path, "first")
    with pytest.raises(RuntimeError, match="on the way"), stage(tmp_path) as building:  # noqa: PT012 – what is left behind matters
        (building / "private" / "result").write_text("half")
        raise RuntimeError("on the way")
    assert result(tmp_path) == "firstfirst"
    assert names(tmp_path) == {"private", "public"}


def _die_while_building(folder: Path) -> None:
    with stage(folder) as building:
        (building / "private" / "result").write_text("half")
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_build_leaves_the_former_result_and_the_next_one_cleans_up(tmp_path: Path) -> None:
    build(tmp_path, "first")
    child = multiprocessing.get_context("spawn").Process(target=_die_while_building, args=(tmp_path,))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert result(tmp_path) == "firstfirst"
    build(tmp_path, "second")
    assert result(tmp_path) == "secondsecond"
    assert names(tmp_path) == {"private", "public"}


@pytest.mark.parametrize("exchanged", [(), ("private",), ("private", "public")])
def test_an_exchange_cut_short_is_carried_to_its_end(tmp_path: Path, exchanged: tuple[str, ...]) -> None:
    build(tmp_path, "first")
    ready, former = tmp_path / ".ready", tmp_path / ".former"
    ready.mkdir()
    for name in ("private", "public"):
        place = ready / name
        if name in exchanged:
            former.mkdir(exist_ok=True)
            (tmp_path / name).rename(former / name)
            place = tmp_path / name
        place.mkdir()
        (place / "result").write_text("second")
    recover(tmp_path)
    assert result(tmp_path) == "secondsecond"
    assert names(tmp_path) == {"private", "public"}


def test_two_builds_at_once_are_refused(tmp_path: Path) -> None:
    with FileLock(tmp_path / ".convive.lock"), pytest.raises(BuildError) as refused:
        build(tmp_path, "second")
    assert refused.value.problems[0].code == "build-running"


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        with pytest.raises(BuildError) as refused:
            build(tmp_path, "first")
    finally:
        if root:
            os.seteuid(0)
        tmp_path.chmod(0o755)
    assert refused.value.problems[0].code == "folder-not-writable"
