"""Codes of places in the codings that sources use: INEI's ubigeo and the identity registry's (RENIEC).

Only the department of a RENIEC code can be looked up; what a whole code means is learnt from the rows whose names are certain, and
used for rows whose names are blank. The table of departments is data (``data/reniec.toml``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import polars as pl

from convive.territory.names import RANKS

_LEARNT_SHARE = 2 / 3


@cache
def reniec() -> Mapping[str, Any]:
    """The data file of RENIEC's departments."""
    return tomllib.loads(resources.files("convive.territory").joinpath("data/reniec.toml").read_text("utf-8"))


def inei_units(rows: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """i, unit, whole (Boolean: the unit is the one meant, not only what holds it) for rows (i, code) that a unit can be found for.

    A zero lost by a spreadsheet (``10101``) is put back; trailing ``00`` means all of the coarser unit (``240000``).
    """
    code = pl.col("code")
    digits = code.str.contains(r"^\d+$")
    odd = code.str.len_chars() % 2 == 1
    padded = pl.when(digits & odd).then(pl.concat_str(pl.lit("0"), code)).otherwise(code)
    trimmed = padded.str.replace(r"^(\d\d(?:\d\d)*?)(?:00)+$", "${1}")
    tries = {"code": True, "padded": True, "trimmed": True, "province": False, "department": False}
    rows = rows.with_columns(padded=padded, trimmed=trimmed).with_columns(
        province=pl.when(digits & (pl.col("padded").str.len_chars() > 4)).then(pl.col("padded").str.head(4)),
        department=pl.when(digits & (pl.col("padded").str.len_chars() > 2)).then(pl.col("padded").str.head(2)),
    )
    known = units.select(unit="code")
    found = [
        rows.select("i", unit=column, whole=pl.lit(whole)).join(known, on="unit", how="semi", maintain_order="left")
        for column, whole in tries.items()
    ]
    return pl.concat(found).unique("i", keep="first", maintain_order=True)


def reniec_parts(rows: pl.DataFrame) -> pl.DataFrame:
    """i, place (continent-country-department-province-district), department (INEI code, null where unknown), abroad (Boolean).

    ``rows``: i, code. Codes that are not of RENIEC's form have no row.
    """
    country = reniec()["country"]
    table = {code: entry["inei"] for code, entry in reniec()["departments"].items()}
    bare = pl.col("code").str.replace(r"^(\d\d)(\d\d)(\d\d)$", f"{country}-${{1}}-${{2}}-${{3}}")
    place = bare.str.extract(r"^(\d\d-\d\d-\d\d-\d\d-\d\d)(?:-\d+)?$")
    parts = rows.select("i", place=place).filter(pl.col("place").is_not_null())
    department = pl.col("place").str.slice(6, 2).replace_strict(table, default=None, return_dtype=pl.String)
    abroad = ~pl.col("place").str.starts_with(country)
    return parts.with_columns(department=pl.when(~abroad).then(department), abroad=abroad)


def learn(parts: pl.DataFrame, named: pl.DataFrame, ancestors: pl.DataFrame, finest: str) -> pl.DataFrame:
    """place, learnt: the unit of the ``finest`` level that the names beside a code agree on.

    ``parts`` as of :func:`reniec_parts` with ``rows`` (how many received rows); ``named``: i, unit, rank. A code is learnt where two
    thirds of its certainly named rows tell one unit and that unit lies in the code's department.
    """
    certain = named.filter(pl.col("rank") >= RANKS["alias"])
    level = ancestors.filter((pl.col("code") == pl.col("ancestor")) & (pl.col("level") == finest)).select(unit="code")
    told = (
        parts.filter(pl.col("department").is_not_null())
        .join(certain.select("i", "unit"), on="i")
        .join(level, on="unit")
    )
    within = ancestors.select(unit="code", department="ancestor")
    votes = (
        told.join(within, on=["unit", "department"], how="semi")
        .group_by("place", "unit")
        .agg(votes=pl.col("rows").sum())
    )
    shares = votes.with_columns(share=pl.col("votes") / pl.col("votes").sum().over("place"))
    return shares.filter(pl.col("share") >= _LEARNT_SHARE).select("place", learnt="unit").sort("place")


def reniec_units(parts: pl.DataFrame, learnt: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """i, unit, whole: the learnt unit, else the department."""
    known = parts.join(learnt, on="place", how="left", maintain_order="left")
    found = known.select("i", unit=pl.coalesce("learnt", "department"), whole=pl.col("learnt").is_not_null())
    return found.join(units.select(unit="code"), on="unit", how="semi", maintain_order="left")
