"""The same files give the same bytes; a build that does not end leaves the former result whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ENOUGH = 60.0  # seconds; a limit for a machine that is stuck, not a measure


def differing(first: dict[str, bytes], second: dict[str, bytes]) -> list[str]:
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


@pytest.mark.parametrize("until", ["data", "site"])
def test_the_same_files_give_the_same_bytes(city: Any, twin: Any, until: str) -> None:
    one = {"PYTHONHASHSEED": "1", "POLARS_MAX_THREADS": "1", "TZ": "America/Lima"}
    other = {"PYTHONHASHSEED": "2", "POLARS_MAX_THREADS": "4", "TZ": "Asia/Tokyo"}
    assert city.run("build", "--until", until, **one).code == 0
    assert twin.run("build", "--until", until, language="en", **other).code == 0
    first = city.bytes()
    assert len(first) > 10
    assert differing(first, twin.bytes()) == []
    assert city.run("build", "--until", until, **other).code == 0
    assert differing(first, city.bytes()) == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_an_interrupted_build_leaves_the_former_result(city: Any, how: signal.Signals) -> None:
    assert city.run("build", "--until", "data").code == 0
    former = city.bytes()
    city.receive("D-6,01/02/2014,240101,TUMBES,30,MASCULINO,HOMICIDIO,")
    with city.start("build") as building:
        wait_for(city.folder / ".building" / "private" / "figures.parquet", building)
        building.send_signal(how)
        _, told = building.communicate(timeout=ENOUGH)
    assert building.returncode == (130 if how == signal.SIGINT else -how)
    if how == signal.SIGINT:
        assert "Interrumpido. Lo construido antes sigue intacto." in told
        assert not (city.folder / ".building").exists()
    assert differing(former, city.bytes()) == []
    assert city.run("build", "--until", "figures").code == 0
    assert city.table("records").height == 6
    assert not (city.folder / ".building").exists()


def wait_for(path: Path, building: subprocess.Popen[str]) -> None:
    """Until the build has written ``path``, so that it is interrupted in its midst."""
    limit = time.monotonic() + ENOUGH
    while not path.exists():
        assert building.poll() is None, "the build ended before it could be interrupted"
        assert time.monotonic() < limit
        time.sleep(0.01)


def test_a_build_of_bad_input_leaves_the_former_result(city: Any) -> None:
    assert city.run("build", "--until", "data").code == 0
    former = city.bytes()
    city.delivery.write_bytes(b"")
    assert city.run("build").code == 1
    assert differing(former, city.bytes()) == []
    assert not (city.folder / ".building").exists()


def test_figures_alone_leave_what_was_public(city: Any) -> None:
    assert city.run("build", "--until", "data").code == 0
    public = {name: raw for name, raw in city.bytes().items() if name.startswith("public/")}
    city.receive("D-6,01/02/2014,240101,TUMBES,30,MASCULINO,HOMICIDIO,")
    assert city.run("build", "--until", "figures").code == 0
    assert city.table("records").height == 6
    now = {name: raw for name, raw in city.bytes().items() if name.startswith("public/")}
    assert differing(public, now) == []


AS_NOBODY = """
import os, sys
from convive import build, cli
from convive.web import static_pages
if os.geteuid() == 0:
    os.seteuid(65534)
cli.main()
"""


def test_a_folder_that_cannot_be_written(city: Any) -> None:
    """By another user where this one is root, for whom every folder can be written."""
    assert city.run("build", "--until", "data").code == 0
    former = city.bytes()
    for folder in city.folder.parents:
        if folder.stat().st_mode & 0o055 != 0o055:  # pytest keeps its folders to their owner
            folder.chmod(0o755)
    city.folder.chmod(0o555)
    try:
        command = [sys.executable, "-c", AS_NOBODY, "build", str(city.folder)]
        ended = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"CONVIVE_LANG": "es"})
    finally:
        city.folder.chmod(0o755)
    assert ended.returncode == 1
    assert "No se puede escribir en esta carpeta" in ended.stderr
    assert "Lo construido antes sigue intacto" in ended.stderr
    assert differing(former, city.bytes()) == []
