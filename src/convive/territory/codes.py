"""Codes of places: the territory's own (INEI's ubigeo) and those of the identity registry (RENIEC), learnt from the
names beside them.

No published table of RENIEC's provinces and districts can be trusted; its departments are data (``data/reniec.toml``),
and what stands below them is read from the names that the same rows carry.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

import polars as pl

from convive.territory.settings import Settings
from convive.territory.units import own_code


@cache
def reniec() -> dict[str, Any]:
    """``data/reniec.toml``: the country's code, departments, how often a learnt pair must hold."""
    return tomllib.loads(resources.files("convive.territory").joinpath("data/reniec.toml").read_text("utf-8"))


def department_of(column: str) -> pl.Expr:
    """INEI's department code for RENIEC's in ``column``; null for one that does not exist."""
    known = {code: entry["inei"] for code, entry in reniec()["departments"].items()}
    return pl.col(column).replace_strict(known, default=None, return_dtype=pl.String)


def with_parts(asked: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """``asked`` with reniec_department, reniec_province, reniec_district (codes from the department down) and
    reniec_abroad.

    Read are ``92-33-14-01-42-000`` (continent, country, department, province, district, populated place) and
    ``140142``.
    """
    is_reniec = pl.col("coding") == "reniec"
    long = pl.col("code").str.extract_groups(r"^(\d{2}-\d{2})-(\d{2})-(\d{2})-(\d{2})(?:-\d+)?$")
    short = pl.col("code").str.extract_groups(r"^(\d{2})(\d{2})?(\d{2})?$")
    parts = asked.select(
        "coding",
        country=long.struct.field("1"),
        department=pl.coalesce(long.struct.field("2"), short.struct.field("1")),
        province=pl.coalesce(long.struct.field("3"), short.struct.field("2")),
        district=pl.coalesce(long.struct.field("4"), short.struct.field("3")),
    )
    at_home = is_reniec & (pl.col("country").is_null() | (pl.col("country") == reniec()["country"]))
    province = pl.when(pl.col("province") != "00").then(pl.concat_str("department", "province"))
    district = pl.when((pl.col("province") != "00") & (pl.col("district") != "00")).then(
        pl.concat_str("department", "province", "district")
    )
    return asked.with_columns(
        parts.select(
            reniec_department=pl.when(at_home).then("department"),
            reniec_province=pl.when(at_home).then(province),
            reniec_district=pl.when(at_home).then(district),
            reniec_abroad=(is_reniec & (pl.col("country") != reniec()["country"])).fill_null(value=False),
        )
    )


def own_units(asked: pl.DataFrame, units: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """``asked`` with code_unit, code_kind, code_score, code_problem for codes of the territory's own coding.

    A leading zero that a spreadsheet took away is put back and ``00`` at the end means the whole of the coarser unit;
    an unknown code falls back on the unit with which it begins.
    """
    own = pl.when(pl.col("coding") != "reniec").then("code")
    rows = asked.with_columns(own=own).with_columns(own=own_code("own", settings))
    odd = pl.col("own").str.contains(r"^\d+$") & (pl.col("own").str.len_bytes() % 2 == 1)
    tries = [pl.col("own"), pl.when(odd).then(pl.concat_str(pl.lit("0"), "own"))]
    lengths = sorted(settings.lengths.values(), reverse=True)
    padded = pl.when(odd).then(pl.concat_str(pl.lit("0"), "own")).otherwise("own")
    tries.append(padded.str.replace(r"^(\d\d(?:\d\d)*?)(?:00)+$", "${1}"))
    tries += [pl.when(padded.str.contains(r"^\d+$")).then(padded.str.head(n)) for n in lengths]
    known = units["code"].implode()
    found = [pl.when(one.is_in(known)).then(one) for one in tries]
    whole = pl.coalesce(found[:3])
    return rows.with_columns(
        code_unit=pl.coalesce(found),
        code_kind=pl.when(whole.is_not_null()).then(pl.lit("code")).otherwise(pl.lit("parent_only")),
        code_score=pl.lit(None, dtype=pl.Float64),
        learnt=pl.lit(value=False),
        code_problem=pl.when(pl.col("own").is_not_null() & whole.is_null()).then(pl.lit("unknown-place")),
    ).drop("own")


def reniec_units(said: pl.DataFrame, named: pl.DataFrame, ancestors: pl.DataFrame) -> pl.DataFrame:
    """``said`` with the units of RENIEC codes: the district or province learnt from other rows, else the department.

    ``named``: what the names of the same rows say (unit, kind), row by row.
    """
    if said["reniec_department"].null_count() == said.height:
        return said
    rows = said.with_columns(named.select(named_unit="unit", named_kind="kind"))
    learnt = [_learnt(rows, level, ancestors) for level in ("district", "province")]
    for level, pairs in zip(("district", "province"), learnt, strict=True):
        rows = rows.join(pairs, on=f"reniec_{level}", how="left", maintain_order="left")
    department = department_of("reniec_department")
    there = ancestors["code"].unique().implode()
    department = pl.when(department.is_in(there)).then(department)
    is_reniec = pl.col("reniec_department").is_not_null()
    below = pl.coalesce("learnt_district", "learnt_province")
    share = pl.when(pl.col("learnt_district").is_not_null()).then("share_district").otherwise("share_province")
    whole = (
        pl.when(pl.col("reniec_district").is_not_null())
        .then(pl.col("learnt_district").is_not_null())
        .otherwise(
            pl.when(pl.col("reniec_province").is_not_null())
            .then(pl.col("learnt_province").is_not_null())
            .otherwise(pl.lit(value=True))
        )
    )
    nothing = is_reniec & below.is_null() & department.is_null()
    return rows.with_columns(
        code_unit=pl.when(is_reniec).then(pl.coalesce(below, department)).otherwise("code_unit"),
        code_kind=pl.when(is_reniec & ~whole)
        .then(pl.lit("parent_only"))
        .when(below.is_not_null())
        .then(pl.lit("probable"))
        .when(is_reniec)
        .then(pl.lit("code"))
        .otherwise("code_kind"),
        learnt=below.is_not_null(),
        code_score=pl.when(is_reniec & whole).then(100 * share).otherwise("code_score"),
        code_problem=pl.when(nothing | (is_reniec & ~whole & pl.col("named_unit").is_null()))
        .then(pl.lit("unknown-place"))
        .otherwise("code_problem"),
    )


def _learnt(rows: pl.DataFrame, level: str, ancestors: pl.DataFrame) -> pl.DataFrame:
    """reniec_<level> → learnt_<level>: the unit that most of the surely named rows with that code give, within its
    department.
    """
    code, unit = f"reniec_{level}", f"learnt_{level}"
    surely = rows.filter(pl.col(code).is_not_null() & pl.col("named_kind").is_in(["exact", "alias"]))
    surely = surely.with_columns(home=department_of("reniec_department"))
    lines = ancestors.select("code", "ancestor")
    levels = (
        ancestors.filter(pl.col("code") == pl.col("ancestor")).filter(pl.col("level") == level).select(ancestor="code")
    )
    told = (
        surely.select(code, "home", "named_unit")
        .join(lines, left_on="named_unit", right_on="code")
        .join(levels, on="ancestor")
    )
    told = told.join(lines.rename({"code": "ancestor", "ancestor": "home"}), on=["ancestor", "home"], how="semi")
    votes = told.group_by(code, "ancestor").agg(n=pl.len())
    shares = votes.with_columns(share=pl.col("n") / pl.col("n").sum().over(code))
    best = shares.filter(pl.col("share") >= reniec()["learning"]["majority"])
    return best.select(code, pl.col("ancestor").alias(unit), pl.col("share").alias(f"share_{level}"))
