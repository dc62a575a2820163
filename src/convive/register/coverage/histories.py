"""Which institutions saw each death, from the list of cases."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl


def histories(cases: pl.DataFrame, bodies: Mapping[str, str]) -> dict[frozenset[str], int]:
    """How many of ``cases`` (column sources) exactly these institutions saw.

    ``bodies``: source → kind of institution. Two sources of one institution are not independent and count as one.
    """
    counted = cases.group_by(pl.col("sources").list.sort()).len()
    found: dict[frozenset[str], int] = {}
    for sources, deaths in counted.iter_rows():
        seen = frozenset(bodies[name] for name in sources)
        found[seen] = found.get(seen, 0) + deaths
    return found
