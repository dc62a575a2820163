"""Age groups, kept as data: bounds in completed years, ``low <= age < below``."""

from __future__ import annotations

import polars as pl

from convive.standard.classification import classification


def age_group_expression(column: str = "age_years") -> pl.Expr:
    """The code of the age group, ``not_recorded`` where the age is null or negative."""
    age = pl.col(column)
    expression = pl.lit("not_recorded")
    for code in reversed(tuple(classification("age_group").codes.values())):
        low, below = code.properties["low"], code.properties.get("below")
        inside = (age >= low) if below is None else (age >= low) & (age < below)
        expression = pl.when(inside).then(pl.lit(code.code)).otherwise(expression)
    return expression
