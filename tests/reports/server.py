"""A real server of the citizens' side, on a copy of the Tumbes example, for clients that know nothing of us."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from serving import serving

ENOUGH_SECONDS = 180
TUMBES = Path(__file__).parents[2] / "examples" / "tumbes"
KEY = """
import sys
from convive.web.citizen import setup
setup()
from convive.web.reports.filing import new_key
print(new_key("client"))
"""
SERVE = """
import sys
from pathlib import Path
from convive.web.server import serve_citizen
serve_citizen(Path(sys.argv[1]), port=int(sys.argv[2]))
"""


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, str]]:
    """The address of a server on a copy of the example in ``folder``, and a key for it."""
    city = folder / "tumbes"
    shutil.copytree(TUMBES, city, ignore=shutil.ignore_patterns("private", "public", "*.sqlite3*"))
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL",)}
    environment["CONVIVE_OBSERVATORY"] = str(city)
    made = subprocess.run([sys.executable, "-c", KEY], env=environment, capture_output=True, text=True, check=True)
    with serving(lambda port: [sys.executable, "-c", SERVE, str(city), str(port)], "/r/es/", environment) as base:
        yield base, made.stdout.strip()
