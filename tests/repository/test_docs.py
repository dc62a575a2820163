"""What the documents say exists: links, commands, options."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from convive.cli import app

REPOSITORY = Path(__file__).parents[2]
DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md"), *REPOSITORY.glob("examples/**/*.md")])
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
COMMAND = re.compile(r"(?:^|[`$«“ ])convive ([a-z][a-z-]*)\b", re.M)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_every_link_leads_somewhere(document: Path) -> None:
    missing = [link for link in LINK.findall(document.read_text("utf-8")) if not (document.parent / link).exists()]
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_every_command_exists(document: Path) -> None:
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    blocks = [
        line for line in document.read_text("utf-8").splitlines() if line.startswith("    ") or "`convive" in line
    ]
    assert set(COMMAND.findall("\n".join(blocks))) <= commands


def test_guides_exist_in_both_languages() -> None:
    for english in REPOSITORY.glob("docs/*.en.md"):
        assert english.with_name(english.name.replace(".en.md", ".md")).exists()
