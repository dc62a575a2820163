"""The command line as people run it, in another process; one that stays open, because half of a short command's time
goes into starting."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache

CONVIVE = [sys.executable, "-m", "convive"]
STAYS_OPEN = """
import contextlib, io, json, sys
from convive.cli import main
for line in sys.stdin:
    sys.argv = ["convive", *json.loads(line)]
    said, code = io.StringIO(), None
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
    print(json.dumps([code, said.getvalue()]), flush=True)
"""


@dataclass(frozen=True)
class Answer:
    """What a command left behind: its exit code and all that it said, blanks and line breaks made one."""

    code: int
    words: str

    def says(self, *parts: str) -> None:
        squeezed = self.words.replace(" ", "")
        for part in parts:
            assert part.replace(" ", "") in squeezed, self.words


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("CONVIVE_LANG", "LC_ALL", "LANG")}
    return kept | {"COLUMNS": "400"} | more


def run(words: list[str], language: str = "") -> Answer:
    """The command, ended, in the process of its language that stays open."""
    process = _open(language)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(words) + "\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    assert answer, f"the process of convive {' '.join(words)} broke off; its traceback stands above"
    return _answer(*json.loads(answer))


def run_alone(words: list[str], language: str = "", **more: str) -> Answer:
    """The command, ended, in a process that began for it with ``more`` in its environment."""
    chosen = {"CONVIVE_LANG": language} if language else {}
    ended = subprocess.run(
        [*CONVIVE, *words], capture_output=True, text=True, env=environment(**chosen, **more), timeout=900
    )
    assert "Traceback" not in ended.stderr, ended.stderr
    return _answer(ended.returncode, ended.stdout + ended.stderr)


def _answer(code: int, said: str) -> Answer:
    return Answer(code, " ".join(said.translate(str.maketrans("│┃", "  ")).split()))


@cache
def _open(language: str) -> subprocess.Popen[str]:
    chosen = {"CONVIVE_LANG": language} if language else {}
    process = subprocess.Popen(
        [sys.executable, "-c", STAYS_OPEN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(**chosen),
    )
    atexit.register(process.kill)
    return process
