"""Every kind of problem that a received row can have is given a title."""

from __future__ import annotations

import re
from pathlib import Path

import convive
from convive.errors import problem_texts
from convive.texts import _catalogue

PACKAGE = Path(convive.__file__).parent
ROOMS = [*PACKAGE.glob("sources/**/*.py"), PACKAGE / "territory" / "locate.py", PACKAGE / "territory" / "gazetteer.py"]


def test_every_code_that_a_line_of_the_rejects_can_have_has_a_title() -> None:
    """Such codes stand in tables as plain words; those raised or listed as a ``Problem`` are told one by one."""
    codes = set()
    for path in ROOMS:
        words = path.read_text("utf-8")
        codes |= set(re.findall(r'"([a-z0-9-]+)"', words)) - set(re.findall(r'Problem\(\s*"([a-z0-9-]+)"', words))
    titles = {address.removeprefix("kinds.") for address in _catalogue() if address.startswith("kinds.")}
    assert titles == codes & set(problem_texts())
