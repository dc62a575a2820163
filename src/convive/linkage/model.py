"""How alike two records are, field by field: the levels of agreement that the Fellegi–Sunter model weighs.

Levels stand from the closest agreement to none; the first that holds is the pair's. Every level has a name, by which
``texts/reasons.toml`` tells it, and a starting value of m, the share of true pairs that stand at it, which training
replaces where the data can bear it. (Fellegi & Sunter, JASA 1969; Splink, doi:10.23889/ijpds.v7i3.1794.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
import splink.comparison_level_library as levels
from splink.comparison_library import CustomComparison

UNKNOWN, DIFFERS = "unknown", "differs"

DIALECT = "duckdb"
"""In whose SQL levels are written; other engines translate it."""


@dataclass(frozen=True)
class Level:
    """One level of agreement: its name, when it holds (SQL over ``_l`` and ``_r``), the share of true pairs at it to
    begin with, the column whose rare values weigh more, and the columns without which no pair can stand at it."""

    name: str
    holds: str
    m: float
    rare: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """One field: the columns it looks at, when nothing can be said (SQL), and its levels but for the last, in which the
    records differ."""

    field: str
    columns: tuple[str, ...]
    unknown: str
    levels: tuple[Level, ...]
    differs: float
    """The share of true pairs that differ, to begin with; with those of the levels it is brought to 1."""

    @property
    def names(self) -> list[str]:
        """The names of all levels, the closest first."""
        return [*(level.name for level in self.levels), DIFFERS]

    def case(self) -> str:
        """SQL for the place of the level at which a pair stands; null where nothing can be said."""
        when = [f"WHEN {level.holds} THEN {place}" for place, level in enumerate(self.levels)]
        return f"CASE WHEN {self.unknown} THEN NULL {' '.join(when)} ELSE {len(self.levels)} END"

    def settings(self, true: Mapping[str, float], by_chance: Mapping[str, float]) -> CustomComparison:
        """For Splink; ``true`` and ``by_chance``: the share of true pairs, and of pairs of different people, at each
        level (m and u)."""
        unknown = levels.CustomLevel(self.unknown, UNKNOWN, base_dialect_str=DIALECT).configure(is_null_level=True)
        made: list[Any] = [unknown]
        for level in self.levels:
            shares: dict[str, Any] = {"m_probability": true[level.name], "u_probability": by_chance[level.name]}
            rare: dict[str, Any] = {"tf_adjustment_column": level.rare} if level.rare else {}
            made.append(
                levels.CustomLevel(level.holds, level.name, base_dialect_str=DIALECT).configure(**shares, **rare)
            )
        made.append(levels.ElseLevel().configure(m_probability=true[DIFFERS], u_probability=by_chance[DIFFERS]))
        return CustomComparison(made, output_column_name=self.field)


def _similar(column: str, least: float) -> str:
    return f"jaro_winkler_similarity({column}_l, {column}_r) >= {least}"


def _missing(*columns: str) -> str:
    return " AND ".join(f"({column}_l IS NULL OR {column}_r IS NULL)" for column in columns)


def _apart(column: str) -> str:
    return f"abs({column}_l - {column}_r)"


GAP = "least(abs(on_l - on_r), abs(died_l - died_r), abs(on_l - died_r), abs(died_l - on_r))"
_BIRTHS = "birth_l IS NOT NULL AND birth_r IS NOT NULL"
_NUMBERS = "length(identity_l) >= 5 AND length(identity_r) >= 5"

_ANY = "abs(coalesce(on_l, died_l, registered_l) - coalesce(on_r, died_r, registered_r))"
_NOT_BIRTHS = f"NOT ({_BIRTHS})"


def _either(*pairs: tuple[str, str]) -> str:
    return " OR ".join(f"{one}_l = {other}_r OR {other}_l = {one}_r" for one, other in pairs)


_SAME_WORDS = "list_sort(string_split(given_l, ' ')) = list_sort(string_split(given_r, ' '))"
_ONE_OF_THE_WORDS = " OR ".join(
    f"starts_with(given_{one}, given_{other} || ' ') OR ends_with(given_{one}, ' ' || given_{other})"
    for one, other in ("lr", "rl")
)
_DAY_AND_MONTH_CHANGED = (
    "left(birth_l, 4) = left(birth_r, 4) AND substr(birth_l, 5, 2) = right(birth_r, 2)"
    " AND right(birth_l, 2) = substr(birth_r, 5, 2)"
)


def _slips(column: str, at_most: int) -> str:
    both = f"{column}_l, {column}_r"
    # Levenshtein's distance counts a transposition twice, costs a fifth, and rules nearly every pair out.
    return f"(levenshtein({both}) <= {2 * at_most} AND damerau_levenshtein({both}) <= {at_most})"


def _surname(number: int) -> Comparison:
    name, spoken = f"surname_{number}", f"sound_{number}"
    crossed = (
        _either(("surname_1", "surname_2"), ("surname_1", "given"))
        if number == 1
        else _either(("surname_1", "surname_2"))
    )
    return Comparison(
        name,
        (name,),
        _missing(name),
        (
            Level("same", f"{name}_l = {name}_r", 0.84, rare=name),
            Level("sounds_alike", f"{spoken}_l = {spoken}_r", 0.03, rare=spoken),
            Level("nearly", _similar(name, 0.88), 0.06),
            Level("crossed", crossed, 0.02),
            Level("somewhat", _similar(name, 0.76), 0.02),
        ),
        0.03,
    )


COMPARISONS = (
    _surname(1),
    _surname(2),
    Comparison(
        "given",
        ("given",),
        _missing("given"),
        (
            Level("same", "given_l = given_r", 0.72, rare="given"),
            Level("part", f"{_SAME_WORDS} OR {_ONE_OF_THE_WORDS}", 0.12),
            Level("nearly", _similar("given", 0.88), 0.07),
            Level("sounds_alike", "sound_given_l = sound_given_r", 0.03),
            Level("crossed", _either(("surname_1", "given")), 0.02),
            Level("somewhat", _similar("given", 0.74), 0.02),
        ),
        0.02,
    ),
    Comparison(
        "identity",
        ("identity",),
        _missing("identity"),
        (
            Level("same", "identity_l = identity_r", 0.93),
            Level("one_slip", f"{_NUMBERS} AND {_slips('identity', 1)}", 0.04),
            Level("two_slips", f"{_NUMBERS} AND {_slips('identity', 2)}", 0.01),
        ),
        0.02,
    ),
    Comparison(
        "alias",
        ("alias",),
        _missing("alias"),
        (Level("same", "alias_l = alias_r", 0.7, rare="alias"), Level("nearly", _similar("alias", 0.88), 0.1)),
        0.2,
    ),
    Comparison("sex", ("sex",), _missing("sex"), (Level("same", "sex_l = sex_r", 0.985),), 0.015),
    Comparison(
        "age",
        ("birth", "age"),
        _missing("birth") + " AND " + _missing("age"),
        (
            Level("birth_same", f"{_BIRTHS} AND birth_l = birth_r", 0.85, needs=("birth",)),
            Level(
                "birth_slip",
                f"{_BIRTHS} AND ({_slips('birth', 1)} OR ({_DAY_AND_MONTH_CHANGED}))",
                0.06,
                needs=("birth",),
            ),
            Level("birth_slips", f"{_BIRTHS} AND {_slips('birth', 2)}", 0.03, needs=("birth",)),
            Level("age_same", f"{_NOT_BIRTHS} AND {_apart('age')} = 0", 0.7, needs=("age",)),
            Level("age_1", f"{_NOT_BIRTHS} AND {_apart('age')} <= 1", 0.17, needs=("age",)),
            Level("age_3", f"{_NOT_BIRTHS} AND {_apart('age')} <= 3", 0.07, needs=("age",)),
            Level("age_10", f"{_NOT_BIRTHS} AND {_apart('age')} <= 10", 0.04, needs=("age",)),
        ),
        0.02,
    ),
    Comparison(
        "date",
        ("on", "died"),
        f"{GAP} IS NULL",
        (
            Level("day_same", f"{GAP} = 0", 0.75),
            Level("day_1", f"{GAP} <= 1", 0.1),
            Level("day_3", f"{GAP} <= 3", 0.06),
            Level("day_14", f"{GAP} <= 14", 0.05),
            Level("day_60", f"{GAP} <= 60", 0.02),
        ),
        0.02,
    ),
    Comparison(
        "registered",
        ("registered",),
        f"{GAP} IS NOT NULL OR {_ANY} IS NULL",
        (
            Level("days_7", f"{_ANY} <= 7", 0.6),
            Level("days_60", f"{_ANY} <= 60", 0.25),
            Level("days_366", f"{_ANY} <= 366", 0.1),
        ),
        0.05,
    ),
    Comparison(
        "mechanism",
        ("mechanism",),
        _missing("mechanism"),
        (Level("same", "mechanism_l = mechanism_r", 0.9, rare="mechanism"),),
        0.1,
    ),
    Comparison(
        "home",
        ("home",),
        _missing("home"),
        (Level("same", "home_l = home_r", 0.8, rare="home"), Level("nearly", _similar("home", 0.88), 0.08)),
        0.12,
    ),
    Comparison(
        "address",
        ("address",),
        _missing("address"),
        (
            Level("same", "address_l = address_r", 0.5),
            Level("nearly", f"{_similar('address', 0.9)} OR jaccard(address_l, address_r) >= 0.9", 0.25),
            Level("somewhat", _similar("address", 0.78), 0.15),
        ),
        0.1,
    ),
)


PLACE = "place"
"""The field whose levels of agreement are the territory's own."""


def place(units: Sequence[str]) -> Comparison:
    """Agreement in the unit of the event at each level of the territory; ``units``: their names, the widest first, as
    the columns place_0 … hold them."""
    from_finest = [(f"place_{number}", name) for number, name in reversed(list(enumerate(units)))]
    finest, widest = from_finest[0][0], from_finest[-1][0]
    told = tuple(
        Level(name, f"{column}_l = {column}_r", 0.78 / 3**at, rare=column if column == finest else "")
        for at, (column, name) in enumerate(from_finest)
    )
    return Comparison(PLACE, tuple(column for column, _ in from_finest), _missing(widest), told, 0.03)


def comparisons(table: pl.DataFrame, units: Sequence[str]) -> list[Comparison]:
    """Those that the data can bear: a field that nobody tells, or in which all agree, tells nobody from another.

    ``units``: the levels of the territory, the widest first.
    """
    possible = [*COMPARISONS, *([place(units)] if units else [])]
    telling = {name for name in table.columns if table[name].drop_nulls().n_unique() > 1}
    return [
        replace(one, levels=tuple(level for level in one.levels if set(level.needs) <= telling))
        for one in possible
        if telling & set(one.columns)
    ]
