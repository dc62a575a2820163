"""How fast the office and the pages Act and Answer answer with a large plan and a long log, beside the same without.

``python benchmarks/web/run.py`` (``uv pip install --group load`` first) prints p50 and p95 of both and their ratio:
200 measures, 2,000 activities, 10,000 lines in the log, on the default database, five people who open a page a second,
in turns.
"""

from __future__ import annotations

import csv
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from generate import PASSWORD, USER, observatory

HERE = Path(__file__).parent
WORK = HERE.parent / ".work" / "web"
PEOPLE, SECONDS = 5, 140
"""Five requests a second on eleven pages: each is asked more than sixty times."""


@contextmanager
def served(*words: str) -> Iterator[str]:
    """A server of ours while it is needed; its address."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        at = f"127.0.0.1:{found.getsockname()[1]}"
    server = subprocess.Popen([sys.executable, "-m", "convive", *words, "--bind", at])
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://{at}/", timeout=10).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://{at}"
    finally:
        server.terminate()
        server.wait(30)


def measured(folder: Path) -> dict[str, dict[str, str]]:
    """Locust's row of each page."""
    out = WORK / folder.name
    with served("office", str(folder)) as office, served("serve", str(folder)) as public:
        environment = os.environ | {"BENCH_PUBLIC": public, "BENCH_PASSWORD": PASSWORD, "BENCH_USER": USER}
        command = [sys.executable, "-m", "locust", "-f", str(HERE / "locustfile.py"), "--headless", "--host", office]
        command += ["-u", str(PEOPLE), "-r", str(PEOPLE), "-t", f"{SECONDS}s", "--csv", str(out), "--only-summary"]
        subprocess.run(command, env=environment, check=True, capture_output=True)
    with out.with_name(f"{out.name}_stats.csv").open(encoding="utf-8") as file:
        return {row["Name"]: row for row in csv.DictReader(file)}


def main() -> None:
    WORK.mkdir(parents=True, exist_ok=True)
    empty, full = (measured(observatory(WORK / name, full=name == "full")) for name in ("empty", "full"))
    print(f"{'page':<18} {'requests':>8} {'empty p50':>10} {'p95':>6} {'full p50':>10} {'p95':>6} {'ratio':>6}   ms")
    for name, row in full.items():
        if name not in empty or name.startswith("("):
            continue
        before = empty[name]
        times = [float(one[column]) for one in (before, row) for column in ("50%", "95%")]
        ratio = times[3] / max(times[1], 1)
        told = f"{times[0]:>10.0f} {times[1]:>6.0f} {times[2]:>10.0f} {times[3]:>6.0f} {ratio:>6.1f}"
        print(f"{name:<18} {row['Request Count']:>8} {told}")
    failed = sum(int(row["Failure Count"]) for row in full.values())
    print(f"failures: {failed}")


if __name__ == "__main__":
    main()
