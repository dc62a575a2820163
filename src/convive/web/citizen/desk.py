"""What the pages need of the observatory: custodians, units of the territory, limits."""

from __future__ import annotations

from functools import cache

import polars as pl
from django.conf import settings

from convive.observatory import Observatory
from convive.territory import Territory
from convive.voice.custody import Custody

MOST_UNITS = 400
"""More would make the page too heavy for a slow network."""


def custody() -> Custody | None:
    """The custodians of now; read each time, for they may have been replaced."""
    return Custody.read(settings.VOICE)


@cache
def observatory() -> Observatory:
    return Observatory.open(settings.FOLDER)


@cache
def units() -> dict[str, str]:
    """Code → name of the units that a report can name: the finest level of the observatory's focus, by name."""
    territory = Territory.load(observatory().territory)
    focus, finest = observatory().settings.observatory.focus, territory.levels[-1]
    inside = territory.ancestors.filter(pl.col("ancestor") == focus).select("code")
    found = territory.units.filter(pl.col("level") == finest).join(inside, on="code", how="semi")
    return dict(found.unique("code").sort("name").select("code", "name").head(MOST_UNITS).iter_rows())
