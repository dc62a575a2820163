"""Convive's linkage of a table of records. ``python convive_scale.py RECORDS OUT [--people]``.

``--people``: those who know the truth settle what is left to people.
"""

from __future__ import annotations

import sys

import polars as pl
from generate import territory

from convive.linkage import components
from convive.linkage.link import link


def main(records: str, out: str, people: bool) -> None:
    table = pl.read_parquet(records)
    ancestors, levels = territory()
    found = link(table, ancestors, levels, join=0.98, apart=0.02)
    joined = found.joined
    asked = found.pairs.filter(pl.col("zone") == "people")
    if people:
        same = pl.lit(table["truth"][asked["left"]]) == pl.lit(table["truth"][asked["right"]])
        joined = pl.concat([joined, asked.filter(same)])
    group = components(table.height, joined)
    pl.DataFrame({"at": range(table.height), "group": group}).write_parquet(out)
    touched = pl.Series(group)[pl.concat([asked["left"], asked["right"]])].n_unique()
    print(f"{touched / pl.Series(group).n_unique():.4f}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], "--people" in sys.argv)
