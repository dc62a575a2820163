"""What the README shows of the commands is what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from command_line import run

REPOSITORY = Path(__file__).parents[2]


def shown(readme: str) -> list[tuple[list[str], list[str]]]:
    """Each command that the README runs with its output below it: its words, and the pieces of the output."""
    blocks = re.findall(r"^    \$ convive ((?:explain|audit) .+)\n\n((?:    .*\n|\n)+)", readme, flags=re.MULTILINE)
    return [(command.split(), re.split(r"…|\n", output)) for command, output in blocks]


@pytest.mark.parametrize(("name", "language"), [("README.md", "en"), ("README.es.md", "es")])
def test_the_readme_shows_what_the_commands_say(public: Path, name: str, language: str) -> None:
    commands = shown((REPOSITORY / name).read_text("utf-8"))
    assert [words[0] for words, _ in commands] == ["explain", "audit"]
    for (verb, _, *more), pieces in commands:
        whole = run([verb, str(public.parent), *more], language).words.replace(" ", "")
        assert [piece for piece in pieces if "".join(piece.split()) not in whole] == []
