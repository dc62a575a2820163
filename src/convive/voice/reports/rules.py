"""The numbers by which open reports are handled: ``rules.toml``, and what an observatory sets otherwise."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field

from convive.observatory import Strict


class Rules(Strict):
    """The keys of ``rules.toml``; distances in metres, waits in days, words in signs."""

    nearby_metres: int = Field(ge=5, le=1_000)
    nearby_days: int = Field(ge=1)
    nearby_shown: int = Field(ge=1, le=50)
    reminder_days: int = Field(ge=1, le=365)
    panel_minimum: int = Field(ge=2)
    minimum_reports: int = Field(ge=3)
    answered_within_days: int = Field(ge=1)
    words: int = Field(ge=100, le=4_000)
    photo_bytes: int = Field(ge=10_000)
    photo_pixels: int = Field(ge=100_000)
    photo_side: int = Field(ge=200, le=4_000)
    draft_days: int = Field(ge=1, le=60)
    feed_entries: int = Field(ge=1, le=500)


@cache
def house() -> dict[str, Any]:
    """The numbers of the house."""
    return tomllib.loads((Path(__file__).parent / "rules.toml").read_text("utf-8"))
