"""Names and numbers that look like a person's and are no one's: what a form fills in, the reporter's own document.

They are known by their company: one source writes them beside too many different people. How many is too many stands
in ``nobody.toml``.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from convive.linkage.nobody import nobody


def of_many(source: pl.Series, key: pl.Series, *facts: pl.Series) -> pl.Series:
    """Whether each key is one that its source writes beside more than ``most_people`` different values of a fact.

    ``facts``: what differs from person to person, such as the name or the day of death; unknown ones are not counted.
    """
    most: int = nobody()["most_people"]
    table = _repeated(source, key, **{f"fact_{at}": fact for at, fact in enumerate(facts)})
    often = table.filter(pl.len().over("key") > most)
    different = [pl.col(f"fact_{at}").drop_nulls().n_unique() for at in range(len(facts))]
    people = often.group_by("key").agg(at="at", people=pl.max_horizontal(different))
    return _marked(len(key), people.filter(pl.col("people") > most)["at"].explode())


def of_a_form(source: pl.Series, name: pl.Series) -> pl.Series:
    """Whether each name is one that its source gives to too large a share of all that it names."""
    rules = nobody()
    named = source.filter(name.is_not_null()).cast(pl.String).value_counts(name="named").rename({source.name: "source"})
    counts = _repeated(source, name).filter(pl.len().over("key") >= rules["form_records"])
    share = pl.len().over("key") >= rules["form_share"] * pl.col("named")
    return _marked(len(name), counts.join(named, on="source").filter(share)["at"])


def _repeated(source: pl.Series, key: pl.Series, **facts: pl.Series) -> pl.DataFrame:
    """The rows whose source writes their key more than once: at (position), source, key (of both, as a number)."""
    given = pl.DataFrame({"source": source, "key": key})
    both = given.select(key=pl.when(pl.col("key").is_not_null()).then(pl.struct("source", "key").hash())).to_series()
    table = pl.DataFrame({"key": both, "source": source, **facts}).with_row_index("at")
    return table.filter(pl.col("key").is_not_null() & pl.col("key").is_duplicated()).with_columns(
        pl.col("source").cast(pl.String)
    )


def _marked(size: int, at: pl.Series) -> pl.Series:
    marks = np.zeros(size, dtype=bool)
    marks[at.to_numpy()] = True
    return pl.Series("filler", marks)
