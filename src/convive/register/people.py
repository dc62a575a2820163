"""What tells one person from another, brought to one form; null where it stands for nobody."""

from __future__ import annotations

import re
import tomllib
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from convive.fold import fold
from convive.linkage import identity_keys, nobody, of_a_form, of_many
from convive.standard import is_known


@cache
def placeholders() -> dict[str, Any]:
    """How far apart two records of one victim may lie."""
    return tomllib.loads((Path(__file__).parent / "placeholders.toml").read_text("utf-8"))


def people(records: pl.DataFrame) -> pl.DataFrame:
    """One row a record, in order: at (its position), source_id, source_record_number, victim_no, identity, name,
    is_full_name, sex, age, on, any_date.

    ``identity``, ``name`` and ``sex`` are numbers, the same for the same person; a name lacks where a given name or the
    first surname does, and what a source writes beside too many people (:mod:`convive.linkage.fillers`) is nobody's.
    ``is_full_name``: it has both surnames, or as many words. ``on`` is the date of the event, else of the death;
    ``any_date`` that of the death, else of the event, else of the registration.
    """
    names = records.select(_whole_name(records)).to_series()
    with ThreadPoolExecutor() as pool:
        identity = pool.submit(lambda: _numbers(identity_keys(records["identity_number"])))
        named = pool.submit(_named, names)
    any_date = records.select(pl.coalesce("died_on", "occurred_on", "registered_on")).to_series()
    name, number, source = named.result()["name"], identity.result(), records["source_id"]
    return records.select(
        "source_id",
        "source_record_number",
        "victim_no",
        named.result()["is_full_name"],
        name=pl.when(~of_a_form(source, name)).then(name),
        identity=pl.when(~of_many(source, number, name, any_date)).then(number),
        sex=pl.when(is_known("sex")).then(pl.col("sex").to_physical()),
        age="age_years",
        on=pl.coalesce("occurred_on", "died_on"),
        any_date=any_date,
    ).with_row_index("at")


def name_keys(names: pl.Series) -> pl.Series:
    """Full names folded, their words in alphabetical order; null for one that stands for nobody or is too short."""
    rules, plain = placeholders(), pl.col("plain")
    letters = pl.col("name").str.replace_all(r"['’´`]", "").str.replace_all(r"[^\p{L}\p{M}]", " ")
    table = names.to_frame("name").select(plain=fold(letters))
    no_person = r"(?:^|\s)(?:" + "|".join(map(re.escape, nobody()["name_words"])) + r")(?:\s|$)"
    person = (plain.str.count_matches(" ", literal=True) + 1 >= rules["name_parts"]) & ~plain.str.contains(no_person)
    return table.select(pl.when(person).then(plain.str.split(" ").list.sort().list.join(" "))).to_series()


def _whole_name(records: pl.DataFrame) -> pl.Expr:
    if records["given_names"].null_count() == records.height:
        return pl.col("full_name")
    parts = pl.concat_str(["given_names", "surname_1", "surname_2"], separator=" ", ignore_nulls=True)
    is_named = pl.col("given_names").is_not_null() & pl.col("surname_1").is_not_null()
    return pl.when(is_named).then(parts).otherwise(pl.col("full_name"))


def _named(names: pl.Series) -> pl.DataFrame:
    """The number of each name and whether it is a full one, found on the distinct names, for most come again."""
    distinct = names.drop_nulls().unique()
    parts = distinct.str.count_matches(r"\p{L}+(?:['’]\p{L}+)*")
    is_full = parts >= placeholders()["full_name_parts"]
    table = pl.DataFrame({"whole": distinct, "name": _numbers(name_keys(distinct)), "is_full_name": is_full})
    return names.to_frame("whole").join(table, on="whole", how="left", maintain_order="left")


def _numbers(keys: pl.Series) -> pl.Series:
    """A number for each key, for numbers compare faster than words."""
    return keys.to_frame("key").select(pl.when(pl.col("key").is_not_null()).then(pl.col("key").hash())).to_series()
