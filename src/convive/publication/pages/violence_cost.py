"""What violence costs the city, by two ways of reckoning, each with its method, its currency and its year."""

from __future__ import annotations

from convive.evaluation.cost.accounting import beside, method
from convive.evaluation.cost.money import Base
from convive.evaluation.cost.units import ByUnits, library
from convive.publication.edition import Tree
from convive.publication.pages.page import Block, Prose, Table
from convive.publication.reading import Reader
from convive.texts import say

OUTCOME = "homicide"


def violence_cost(reader: Reader) -> tuple[Block, ...]:
    """What the city's accounts say, deaths of the last whole year by each unit cost of the library, then what the
    Inter-American Development Bank reckons for the region and the country."""
    language, year, told = reader.language, reader.full_year(), reader.edition.violence_cost
    first: list[str] = [say("evaluations.violence_cost_how", language)]
    blocks: list[Block] = []
    if told:
        first += _of_the_city(told, language)
        if told["items"]:
            blocks.append(_table(told, language))
    last: list[str] = []
    rows = reader.told(reader.rows("homicides", unit=reader.focus, period=year or ""))
    deaths = rows[0].count if len(rows) == 1 else None
    if deaths is None:
        last.append(say("evaluations.violence_cost_withheld", language))
    else:
        last.append(say("evaluations.violence_cost_deaths", language, unit=reader.focus_name, year=year, n=deaths))
        units = [one for one in library().values() if one.outcome == OUTCOME]
        last += [ByUnits(float(deaths), one).sentence(language) for one in units]
    last += [method(language), *(one.sentence(language) for one in beside())]
    return (Prose(tuple(first)), *blocks, Prose(tuple(last)))


def _of_the_city(told: Tree, language: str) -> list[str]:
    words = list(told["says"][language])
    if told["withheld"]:
        words.append(say("evaluations.violence_cost_ages", language))
    if told["by_units"] is not None:
        words.append(told["by_units"][language])
    if told["left_out"]:
        words.append(say("evaluations.violence_cost_left", language, n=told["left_out"]))
    return words


def _table(told: Tree, language: str) -> Table:
    """Each item with its amount, which holds currency and year, its method and its source."""
    heads = tuple(say(f"evaluations.column.{name}", language) for name in ("item", "amount", "method", "source"))
    rows = tuple(
        (
            one["label"][language],
            Base(one["currency"], one["year"]).written(one["amount"], language),
            one["method"][language],
            one["source"],
        )
        for one in told["items"]
    )
    return Table(say("evaluations.violence_cost_table", language), heads, rows, frozenset({1}), stacked=True)
