"""``strategy/violence_costs.csv``: what a city tells of the cost of its violence, each amount with its year, its
currency and its source.

    year,item,amount,currency,source,method_es,method_en
    2024,police,21000000,PEN,"SIAF 2024, función 05",,
    2024,income,18000,PEN,"ENAHO 2024, ingreso medio anual",,
    2024,prisoners,640,,"INPE, diciembre de 2024",,
    2024,homicide-unit-cost,950000,PEN,"Acta 3 de 2025","Costo de la enfermedad.","Cost of illness."

``item``: a category of the accounts (``categories.toml``), ``income`` (the mean of a person's year), ``prisoners``
(people, no money), or ``homicide-unit-cost``, which says its method. A row that does not fit is left out and told; the
sum then names what is missing.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from convive.errors import Problem
from convive.evaluation.cost.accounting import COMPUTED, Accounts, account, categories
from convive.evaluation.cost.money import Base
from convive.evaluation.cost.units import UnitCost

FILE = "violence_costs.csv"
COLUMNS = ("year", "item", "amount", "currency", "source", "method_es", "method_en")
INCOME, PRISONERS, UNIT = "income", "prisoners", "homicide-unit-cost"
CURRENCY = re.compile(r"[A-Z]{3}")
YEARS = (1990, 2100)


@dataclass(frozen=True)
class Row:
    """One line that holds: an ``amount`` of an ``item`` in a ``year``, in money of it but for people."""

    year: int
    item: str
    amount: float
    currency: str
    source: str
    method: Mapping[str, str]


@dataclass(frozen=True)
class Told:
    """The ``rows`` that hold, and what is wrong with the others."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]

    @property
    def years(self) -> tuple[int, ...]:
        """The years that are told, the newest first."""
        return tuple(sorted({one.year for one in self.rows}, reverse=True))

    def accounts(self, year: int, ages: ArrayLike | None) -> Accounts | None:
        """The accounts of ``year`` with the ``ages`` of its victims of homicide (None: not told); None where no amount
        of money is told of it."""
        there = {one.item: one for one in self.rows if one.year == year and one.item != UNIT}
        money = [one for one in there.values() if one.currency]
        if not money:
            return None
        amounts = {name: (one.amount, one.source) for name, one in there.items()}
        income, prisoners = amounts.pop(INCOME, None), amounts.pop(PRISONERS, None)
        known = ages is not None and bool(np.isfinite(np.asarray(ages, np.float64)).any())
        found = account(
            amounts, Base(money[0].currency, year), ages=ages if known else None, income=income, prisoners=prisoners
        )
        return found if found.items else None

    def unit_cost(self, year: int, place: str) -> UnitCost | None:
        """What a homicide costs by the city's own reckoning."""
        one = next((one for one in self.rows if one.year == year and one.item == UNIT), None)
        if one is None:
            return None
        return UnitCost("own", "homicide", one.amount, Base(one.currency, year), place, dict(one.method), one.source)


def items() -> tuple[str, ...]:
    """What a row can tell."""
    return (*(name for name in categories() if name not in COMPUTED), INCOME, PRISONERS, UNIT)


def read(path: Path) -> Told:
    """What ``path`` tells; nothing where there is no file."""
    if not path.exists():
        return Told((), ())
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        return Told((), (Problem("cost-not-utf8", file=path.name),))
    reader = csv.DictReader(io.StringIO(text, newline=""))
    there = tuple(reader.fieldnames or ())
    if lacking := [name for name in COLUMNS[:5] if name not in there]:
        values = {"wanted": ", ".join(COLUMNS)}
        return Told(
            (), tuple(Problem("cost-columns", path.name, 1, name, ", ".join(there), values) for name in lacking)
        )
    rows: list[Row] = []
    problems: list[Problem] = []
    for raw in reader:
        told = {name: (raw.get(name) or "").strip() for name in COLUMNS}
        wrong = _misfit(told, rows)
        if wrong is not None:
            code, column, values = wrong
            value = told["item"] if code == "cost-source" else told[column]
            problems.append(Problem(code, path.name, reader.line_num, column, value, values))
            continue
        method = {language: told[f"method_{language}"] for language in ("es", "en")}
        amount = float(told["amount"])
        rows.append(Row(int(told["year"]), told["item"], amount, told["currency"], told["source"], method))
    return Told(tuple(rows), tuple(problems))


def _misfit(told: Mapping[str, str], before: list[Row]) -> tuple[str, str, dict[str, str]] | None:
    """What is wrong with a row first: code, column and values of the problem."""
    year, item, currency = told["year"], told["item"], told["currency"]
    if not (year.isascii() and year.isdigit() and YEARS[0] <= int(year) <= YEARS[1]):
        return "cost-year", "year", {}
    if item not in items():
        return "cost-item", "item", {"known": ", ".join(items())}
    if not _amount(told["amount"]):
        return "cost-amount", "amount", {"name": item}
    if bool(currency) == (item == PRISONERS) or (currency and not CURRENCY.fullmatch(currency)):
        return "cost-currency", "currency", {"item": item}
    if len(told["source"]) < 3:
        return "cost-source", "source", {}
    if item == UNIT and not (told["method_es"] and told["method_en"]):
        return "cost-method", "method_es", {}
    same = [one for one in before if one.year == int(year)]
    if any(one.item == item for one in same):
        return "cost-twice", "item", {"year": year}
    other = next((one.currency for one in same if one.currency and currency and one.currency != currency), "")
    return ("cost-two-currencies", "currency", {"other": other, "year": year}) if other else None


def _amount(text: str) -> bool:
    """Whether it is a number as computers write it: 21000000 or 0.5. Grouped digits are asked back, never guessed."""
    try:
        value = float(text)
    except ValueError:
        return False
    return math.isfinite(value) and value >= 0 and "_" not in text
