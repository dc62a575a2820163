"""What an evaluation found, in the terms that its page, its table and its picture share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from convive.texts import number, say, signed

Told = Mapping[str, Any]


def percent(ratio: float, language: str) -> str:
    """A rate ratio as a change in per cent: ``−14 %``."""
    change = round(100 * (ratio - 1))
    sign = "−" if change < 0 else "+" if change > 0 else ""
    return f"{sign}{number(abs(change), language)} %"


def span(one: Told, language: str) -> str:
    """The changes that fit the data, or that there is no interval."""
    if one["low"] is None or one["high"] is None:
        return say("evaluations.no_range", language)
    return say("evaluations.range", language, low=percent(one["low"], language), high=percent(one["high"], language))


def averted(one: Told, language: str, address: str = "evaluations.averted_short") -> str:
    if one["averted"] is None or one["averted_low"] is None or one["averted_high"] is None:
        return "–"
    names = ("averted", "averted_low", "averted_high")
    return say(address, language, **{name: signed(one[name], language) for name in names})


def rows(one: Told, language: str, place: Mapping[str, str]) -> list[tuple[str, Told]]:
    """The effect, the second opinion and every refutation, each with its label; ``place``: names of units by code."""
    told: list[tuple[str, Told]] = [(say("evaluations.effect", language), one)]
    if one["second"] is not None:
        told.append((say("evaluations.second", language), one["second"]))
    for placebo in one["placebos"]:
        label = place.get(placebo["label"], placebo["label"])
        told.append((say(f"evaluations.placebo.{placebo['kind'].replace('-', '_')}", language, label=label), placebo))
    return told
