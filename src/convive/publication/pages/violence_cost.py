"""What violence costs the city, by two ways of reckoning, each with its method, its currency and its year."""

from __future__ import annotations

from convive.evaluation.cost.accounting import beside, method
from convive.evaluation.cost.units import ByUnits, library
from convive.publication.reading import Reader
from convive.texts import say

OUTCOME = "homicide"


def violence_cost(reader: Reader) -> tuple[str, ...]:
    """Sentences: deaths of the last whole year by each unit cost of the library, then what the Inter-American
    Development Bank reckons for the region and the country."""
    language, year = reader.language, reader.full_year()
    told = [say("evaluations.violence_cost_how", language)]
    rows = reader.told(reader.rows("homicides", unit=reader.focus, period=year or ""))
    deaths = rows[0].count if len(rows) == 1 else None
    if deaths is None:
        told.append(say("evaluations.violence_cost_withheld", language))
    else:
        told.append(say("evaluations.violence_cost_deaths", language, unit=reader.focus_name, year=year, n=deaths))
        units = [one for one in library().values() if one.outcome == OUTCOME]
        told += [ByUnits(float(deaths), one).sentence(language) for one in units]
    return (*told, method(language), *(one.sentence(language) for one in beside()))
