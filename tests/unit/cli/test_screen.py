"""Counts inside sentences."""

from __future__ import annotations

from convive.cli.screen import Count


def test_a_count_stands_with_what_is_counted() -> None:
    told = [f"{Count(value):caso|casos}" for value in (0, 1, 2, 1234)]
    assert told == ["0 casos", "1 caso", "2 casos", "1,234 casos"]
    assert f"{Count(1234)}" == "1,234"
