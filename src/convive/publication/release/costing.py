"""What the city tells of the cost of its violence, as it is published: each amount with its method, source, currency
and year. The ages of the victims enter the sum alone, and only where their year has none or at least ``least`` deaths.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from convive.errors import LANGUAGES
from convive.evaluation.cost.accounting import Accounts, Item, categories
from convive.evaluation.cost.told import Told
from convive.evaluation.cost.units import ByUnits
from convive.publication.release import allowed
from convive.publication.release.evaluations import Register
from convive.publication.release.months import homicides


def costing(told: Told, of: Register, unit: str) -> dict[str, Any] | None:
    """The accounts of the newest year that is told, for ``unit``; None where nothing is."""
    names = dict(of.territory.units.select("code", "name").iter_rows())
    for year in told.years:
        ages = _ages(of, unit, year)
        enough = len(ages) == 0 or len(ages) >= of.least
        accounts = told.accounts(year, ages if enough and len(ages) else None)
        own = told.unit_cost(year, names.get(unit, unit))
        if accounts is None and own is None:
            continue
        found: dict[str, Any] = {"year": year, "unit": unit, "left_out": len(told.problems), "withheld": not enough}
        found |= {"currency": accounts.base.currency if accounts else "", "items": _items(accounts)}
        found |= {"says": {language: _says(accounts, language) for language in LANGUAGES}}
        found |= {"missing": [_label(name) for name in accounts.missing] if accounts else []}
        by_units = (
            {language: ByUnits(float(len(ages)), own).sentence(language) for language in LANGUAGES} if own else None
        )
        return allowed.entry("violence_cost", found | {"by_units": by_units if enough else None})
    return None


def _ages(of: Register, unit: str, year: int) -> np.ndarray:
    """The ages of the victims of homicide of ``year`` in ``unit``, NaN where they are not known."""
    deaths = homicides(of.cases, of.concept, of.place, of.as_of)
    below = of.territory.ancestors.filter(pl.col("ancestor") == unit)["code"]
    inside = (pl.col("unit") == unit) | pl.col("unit").is_in(below.implode())
    there = deaths.filter(inside & (pl.col("on").dt.year() == year))
    return there["age_years"].cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _says(accounts: Accounts | None, language: str) -> list[str]:
    return [accounts.sentences(language)[0]] if accounts is not None else []


def _items(accounts: Accounts | None) -> list[dict[str, Any]]:
    return [_item(one, accounts) for one in accounts.items] if accounts is not None else []


def _item(one: Item, accounts: Accounts) -> dict[str, Any]:
    told: dict[str, Any] = {"item": one.category, "label": _label(one.category), "amount": round(one.amount)}
    told |= {"currency": accounts.base.currency, "year": accounts.base.year}
    return allowed.entry("violence_cost_item", told | {"method": dict(one.method), "source": one.source})


def _label(name: str) -> Mapping[str, str]:
    return dict(categories()[name]["label"])
