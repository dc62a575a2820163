"""How figures are made, apart from what they mean (``rules.toml``)."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def rules() -> dict[str, Any]:
    """The table of rules, as data."""
    return tomllib.loads((Path(__file__).parent / "rules.toml").read_text("utf-8"))
