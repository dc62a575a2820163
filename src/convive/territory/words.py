"""Levels of territory in words."""

from __future__ import annotations

from convive.texts import say

LEVELS = ("country", "department", "province", "district", "city")
"""Levels that have a name in both languages."""


def level(name: str, language: str) -> str:
    """``departamento`` for ``department``; a level that only this territory has reads as it is written there."""
    return say(f"territory.level.{name}", language) if name in LEVELS else name
