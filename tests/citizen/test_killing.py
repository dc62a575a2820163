"""The process is killed while reports come in; what was shown is whole. The benchmark of this name kills 200 times."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TRIAL = Path(__file__).parents[2] / "benchmarks" / "voice" / "killing.py"


def test_every_report_whose_receipt_was_shown_is_whole_after_kills(request: pytest.FixtureRequest) -> None:
    """Run in a process of its own: the trial starts servers and reads their database afterwards."""
    if request.config.getoption("--database") == "postgresql":
        pytest.skip("the short trial runs on SQLite; the benchmark runs on both")
    environment = {
        name: value for name, value in os.environ.items() if name not in ("CONVIVE_OBSERVATORY", "DATABASE_URL")
    }
    arguments = [
        "--minutes",
        "0.25",
        "--rate",
        "60",
        "--clients",
        "5",
        "--kills",
        "2",
        "--servers",
        "1",
        "--port",
        "8930",
    ]
    done = subprocess.run(
        [sys.executable, str(TRIAL), *arguments], env=environment, capture_output=True, text=True, timeout=540
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "wrong               0" in done.stdout
    assert "kills (SIGKILL)     2" in done.stdout
