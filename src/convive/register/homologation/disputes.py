"""What sources say differently of one case, further apart than need be: what a meeting would want to settle."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from convive.standard import Field, fields

SCHEMA = {"field": pl.String, "case_id": pl.String}
DAY = 24 * 60


@cache
def rules() -> dict[str, Any]:
    """``disputes.toml``."""
    return tomllib.loads((Path(__file__).parent / "disputes.toml").read_text("utf-8"))


def is_own(name: str) -> bool:
    """Whether each source has its own value of the field, so that two values are no disagreement."""
    return name in rules()["own"]


def disputes(cases: pl.DataFrame, values: pl.DataFrame, ancestors: pl.DataFrame) -> pl.DataFrame:
    """The fields in dispute, one row each: field, case_id.

    ``values``: who says what (:func:`~convive.register.voices.case_values`). ``ancestors``: code and ancestor of the
    territory's units; a place within another is the same place told more closely. Left out are annulled cases, what
    people decided (the case took its value from no source), and what ``disputes.toml`` lets pass.
    """
    counted = cases.filter(pl.col("status").cast(pl.String) != "annulled")
    told = values.with_columns(pl.col("field", "case_id").cast(pl.String)).join(counted, on="case_id", how="semi")
    differing = told.filter(~pl.col("agrees"), ~pl.col("field").is_in(rules()["own"]))
    found = [pl.DataFrame(schema=SCHEMA)]
    for name in differing["field"].unique().sort():
        of_field = told.filter(pl.col("field") == name).join(differing.filter(field=name), on="case_id", how="semi")
        undecided = counted.filter(pl.col(f"{name}_source").cast(pl.String).ne_missing("decision")).select("case_id")
        apart = _apart(fields()[name], of_field.join(undecided, on="case_id", how="semi"), ancestors)
        found.append(pl.DataFrame({"field": [name] * len(apart), "case_id": apart.sort()}, schema=SCHEMA))
    return pl.concat(found)


def _apart(field: Field, told: pl.DataFrame, ancestors: pl.DataFrame) -> pl.Series:
    """The cases whose records say too different things of ``field``."""
    if field.kind == "place":
        return _on_no_one_line(told, ancestors)
    if field.name not in rules()["tolerance"]:
        return told.group_by("case_id").agg(pl.col("value").n_unique()).filter(pl.col("value") > 1)["case_id"]
    rule = rules()["tolerance"][field.name]
    number = told.select("case_id", number=_number(field.kind))
    least, most = pl.col("number").min(), pl.col("number").max()
    gap = most - least
    # An hour before midnight lies two hours from an hour after it.
    gap = pl.min_horizontal(gap, DAY - gap) if field.kind == "time" else gap
    over = gap > rule["within"]
    for limit in rule.get("limits", ()):
        over |= (least < limit) & (most >= limit)
    if rule.get("year"):
        over |= _year(least) != _year(most)
    return number.group_by("case_id").agg(over=over).filter("over")["case_id"]


def _year(days: pl.Expr) -> pl.Expr:
    """The calendar year of a number of days."""
    return days.cast(pl.Int32).cast(pl.Date).dt.year()


def _number(kind: str) -> pl.Expr:
    """Days, minutes of the day, or the number itself."""
    value = pl.col("value")
    match kind:
        case "date":
            return value.str.to_date("%Y-%m-%d").cast(pl.Int32)
        case "time":
            return value.str.slice(0, 2).cast(pl.Int32) * 60 + value.str.slice(3, 2).cast(pl.Int32)
        case _:
            return value.cast(pl.Float64)


def _on_no_one_line(told: pl.DataFrame, ancestors: pl.DataFrame) -> pl.Series:
    """The cases that name two units of which neither lies in the other."""
    units = told.select("case_id", "value").unique()
    pairs = units.join(units, on="case_id", suffix="_of").filter(pl.col("value") < pl.col("value_of"))
    line = ancestors.select(pl.col("code", "ancestor").cast(pl.String))
    for inner, outer in (("value", "value_of"), ("value_of", "value")):
        pairs = pairs.join(line, left_on=[inner, outer], right_on=["code", "ancestor"], how="anti")
    return pairs["case_id"].unique()
