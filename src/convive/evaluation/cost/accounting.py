"""The cost of violence in a city by the accounting of the Inter-American Development Bank: social, private, public.

Categories, their methods and source stand in ``categories.toml``. What the city does not tell with a source is missing
from the sum, and named: the sum is then a lower bound.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from convive.analysis.checks import require
from convive.errors import EvaluationError, Problem
from convive.evaluation.cost.money import Base, with_method
from convive.texts import say

COMPUTED = ("homicide-income", "prison-income")
"""Categories that are had from ages, people and incomes; nobody tells their amounts."""


@dataclass(frozen=True)
class Item:
    """One category of the accounts: its ``amount`` in the year, and the ``source`` that the city cites for it. There is
    none without a source and a method in both languages."""

    category: str
    amount: float
    source: str
    method: Mapping[str, str]

    def __post_init__(self) -> None:
        with_method(self.category, self.source, self.method)


@dataclass(frozen=True)
class Beside:
    """What the bank reckoned for a country or the region, for comparison."""

    id: str
    text: Mapping[str, str]
    source: str
    url: str

    def sentence(self, language: str) -> str:
        return say("cost.beside", language, text=self.text[language], source=self.source)


@dataclass(frozen=True)
class Accounts:
    """The ``items`` told, the categories ``missing``, all in ``base``."""

    items: tuple[Item, ...]
    missing: tuple[str, ...]
    base: Base

    @property
    def total(self) -> float:
        return sum(one.amount for one in self.items)

    def sentences(self, language: str) -> list[str]:
        """The sum with its base, each item with its method and source, and what is missing."""
        told = categories()
        whole = "cost.accounts-whole" if not self.missing else "cost.accounts-part"
        lacking = ", ".join(told[one]["label"][language] for one in self.missing)
        lines = [say(whole, language, total=self.base.written(self.total, language), missing=lacking)]
        lines += [
            say(
                "cost.item",
                language,
                label=told[one.category]["label"][language],
                amount=self.base.written(one.amount, language),
                method=one.method[language],
                source=one.source,
            )
            for one in self.items
        ]
        return [*lines, say("cost.accounts-source", language, source=_file()["source"]["text"])]


def account(
    told: Mapping[str, tuple[float, str]],
    base: Base,
    *,
    ages: ArrayLike | None = None,
    income: tuple[float, str] | None = None,
    prisoners: tuple[float, str] | None = None,
    growth: float | None = None,
    discount: float | None = None,
    last_age: int | None = None,
) -> Accounts:
    """The accounts of one year; rates and the last age of work are those of ``categories.toml`` unless told.

    ``told``: amount and source of the public and private categories; ``ages`` of the victims of homicide (NaN where
    unknown) and ``prisoners``, valued at the mean yearly ``income``.

    Raises :class:`~convive.errors.EvaluationError`: a category that there is not, an amount below 0, one without
    source."""
    known, rates = categories(), _file()["parameters"]
    growth = rates["growth"] if growth is None else growth
    discount = rates["discount"] if discount is None else discount
    last_age = rates["last_age"] if last_age is None else last_age
    problems = []
    given = dict(told) | {name: one for name, one in (("income", income), ("prisoners", prisoners)) if one is not None}
    for name, (amount, source) in given.items():
        if (name not in known or name in COMPUTED) and name not in ("income", "prisoners"):
            problems.append(Problem("cost-category", value=name, values={"known": ", ".join(known)}))
        elif not np.isfinite(amount) or amount < 0:
            problems.append(Problem("cost-amount", value=str(amount), values={"name": name}))
        elif len(source.strip()) < 3:
            problems.append(Problem("cost-source", value=name))
    if problems:
        raise EvaluationError(problems)
    items = [Item(name, float(amount), source, known[name]["method"]) for name, (amount, source) in told.items()]
    if income is not None and ages is not None:
        lost = income_lost(ages, income[0], growth=growth, discount=discount, last_age=last_age)
        filled = {"discount": f"{100 * discount:g}", "growth": f"{100 * growth:g}", "last_age": last_age}
        method = {language: text.format_map(filled) for language, text in known["homicide-income"]["method"].items()}
        items.append(Item("homicide-income", lost, income[1], method))
    if income is not None and prisoners is not None:
        source = "; ".join(dict.fromkeys([prisoners[1], income[1]]))
        items.append(Item("prison-income", prisoners[0] * income[0], source, known["prison-income"]["method"]))
    order = list(known)
    items.sort(key=lambda one: order.index(one.category))
    missing = tuple(name for name in order if name not in {one.category for one in items})
    return Accounts(tuple(items), missing, base)


def income_lost(
    ages: ArrayLike, income: float, *, growth: float = 0.0, discount: float = 0.03, last_age: int = 65
) -> float:
    """The present value of the yearly ``income`` of victims of these ``ages`` until ``last_age``; nobody earns before
    18. An unknown age (NaN) is taken for the mean of those known.

    Raises :class:`~convive.errors.AnalysisError`: no age known, rates of interest or growth beyond 20 %.
    """
    array = np.atleast_1d(np.asarray(ages, dtype=np.float64))
    known = array[np.isfinite(array)]
    require(len(known) > 0, what="ages", got="NaN", wanted=">= 1")
    for what, value in (("discount", discount), ("growth", growth)):
        require(-0.2 < value < 0.2, what=what, got=value, wanted="-0.2 … 0.2")
    filled = np.where(np.isfinite(array), array, known.mean())
    years = np.arange(0, 100)
    each = ((1 + growth) / (1 + discount)) ** years
    earns = (filled[:, None] + years >= 18) & (filled[:, None] + years < last_age)
    return float(income * (earns * each).sum())


def categories() -> dict[str, dict[str, Any]]:
    """Categories by id, in their order."""
    return {one["id"]: one for one in _file()["category"]}


def beside() -> tuple[Beside, ...]:
    """What a city can hold its own accounts against."""
    return tuple(Beside(**one) for one in _file()["beside"])


def method(language: str) -> str:
    """The accounting in a sentence: what is added up, and by whom."""
    labels = "; ".join(one["label"][language].lower() for one in categories().values())
    return say("cost.accounts-method", language, categories=labels, source=_file()["source"]["text"])


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("categories.toml").read_text("utf-8"))
