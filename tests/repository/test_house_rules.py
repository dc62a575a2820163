"""Rules of the house that a linter does not know."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return [REPOSITORY / name for name in listed.stdout.splitlines() if (REPOSITORY / name).is_file()]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-spark.lock"])
def test_the_lock_files_have_hashes_and_name_no_index(name: str) -> None:
    lock = (REPOSITORY / name).read_text("utf-8")
    assert "--hash=sha256:" in lock
    assert not re.search(r"https?://|file:|--index|--find-links", lock)


def test_the_domain_imports_no_django() -> None:
    for path in tracked("src/convive/*.py"):
        if "web" not in path.relative_to(REPOSITORY).parts:
            assert not re.search(r"^\s*(from|import) django", path.read_text("utf-8"), re.M), path


def test_templates_and_styles_ask_no_other_host_and_hold_no_script() -> None:
    for path in tracked("src/convive/web/**/*.html", "src/convive/web/**/*.css"):
        words = path.read_text("utf-8")
        assert not re.search(r"(src|srcset|@import|url\()\s*=?\s*[\"']?(https?:)?//", words), path
        scripts = re.findall(r"<script[^>]*>[^<]*", words)
        # Files of our own alone, for the policy refuses inline ones: keys of the homologation table, the map.
        ours = (
            r"<script src=\"{% static '[a-z.]+' %}\" defer>"
            if "office" in path.parts
            else r"<script defer src=\"{{ root }}static/[a-z_./]+\">"
        )
        assert [script for script in scripts if not re.fullmatch(ours, script.strip())] == [], path
        assert not re.search(r"\son\w+=|style=\"", words), path


def test_only_publication_writes_what_is_public() -> None:
    for path in tracked("src/convive/*.py"):
        room = path.relative_to(REPOSITORY / "src" / "convive").parts[0]
        if room not in {"publication", "build.py", "staging.py"}:
            assert not re.search(r"public.*\.(write_text|write_bytes|open\(\"w)", path.read_text("utf-8")), path


def test_no_path_of_a_machine_is_committed() -> None:
    for path in tracked("*.py", "*.toml", "*.md", "*.html", "Makefile", ".ci/run"):
        words = path.read_text("utf-8")
        assert not re.search(r"(?<![\w.])/(?:work|root|home/\w+)/", words), path
