"""Numbers of the plan as people read them: days, amounts, shares of what was to be done."""

from __future__ import annotations

import datetime as dt

from convive.publication import words
from convive.publication.edition import Tree
from convive.texts import date, number, say


def day(text: str, language: str) -> str:
    """``2014-07-01`` in words."""
    return date(dt.date.fromisoformat(text), language, "medium")


def amount(value_: float, told: Tree, language: str) -> str:
    """Money in whole units of the plan's currency; a dash for none."""
    if not value_:
        return "–"
    return say("act.amount", language, value=number(value_, language), currency=told["currency"])


def share(value_: float, language: str) -> str:
    """A share in whole percent, never rounded up to done."""
    shown = min(value_, 0.99) if value_ < 1 else 1.0
    return words.percent(shown, language)


def value(value_: float, language: str, *, as_share: bool = False) -> str:
    """A value with as many digits as it needs, one at most; a share in percent."""
    if as_share:
        return words.percent(value_, language)
    return number(value_, language, 0 if abs(value_ - round(value_)) < 1e-9 else 1)
