"""Names of records that outlive the file in which they came: what a decision calls a record by.

``record_id`` holds the file's hash and the row, and so does not survive the next delivery of the same records.
"""

from __future__ import annotations

import hashlib

import polars as pl

from convive.fold import fold
from convive.linkage import identity_keys
from convive.register.people import people, placeholders
from convive.standard import record_schema

PERSON = ("given_names", "surname_1", "surname_2", "full_name", "alias")
DATES = ("occurred_on", "died_on", "registered_on", "birth_on")
COUNTER_ROOM = 1.5
"""Numbers that are all digits and no larger than this many times the records of their source only count its rows."""

DELIVERY = ("record_id", "file", "file_sha256", "row", "received_on", "profile_version")
"""What a later delivery of the same record changes."""

NUMBER = ("source_id", "source_record_number", "victim_no", "year")
NOTHING, APART = "\x00", "\x1f"


def record_names(records: pl.DataFrame) -> pl.Series:
    """The stable name of each record, e.g. ``morgue:4f0c…``, in their order; the order of the rows changes none.

    A record is named by its source, the source's own number, the year (many sources begin anew each January) and the
    victim's number in the event, where all records that share these tell of one person (they then share the name) and
    the source's numbers are more than a count of its rows, which starts anew in every delivery.
    Else it is named by what it says of the person (names, identity number, sex, dates, age: as harmonised, so that a
    CSV file and a workbook tell the same, or else as received) and its place among equals: earlier delivery first,
    then by all that it says. Hashes are BLAKE2b, so that a name shows no person to who reads it; they have no key,
    hence who already holds a person's data can compute them, and the ledger stays in the office.
    """
    counts = records.select(_counts_rows()).to_series()
    numbered = _names_one_person(records) & ~counts
    return _named(records, numbered, counts, records.select(_year()).to_series())


def other_names(records: pl.DataFrame) -> dict[str, int]:
    """Names by which a record may be called in older decisions, with its position: what decides how it is named may
    have changed since (whether its source's numbers count rows, the year by which they are told). A name that several
    records could bear is nobody's.
    """
    one = _names_one_person(records)
    none = pl.Series([False]).new_from_index(0, records.height)
    year = records.select(_year()).to_series().cast(pl.Int64, strict=False)
    years = [(year + step).cast(pl.String) for step in (0, -1, 1)]
    ways = [(one, none, when) for when in years] + [(none, none, years[0]), (none, ~none, years[0])]
    found: dict[str, set[int]] = {}
    for numbered, counts, when in ways:
        for at, name in enumerate(_named(records, numbered, counts, when).to_list()):
            found.setdefault(name, set()).add(at)
    return {name: min(places) for name, places in found.items() if len(places) == 1}


def _named(records: pl.DataFrame, numbered: pl.Series, counts: pl.Series, year: pl.Series) -> pl.Series:
    """The names where the records ``numbered`` go by their source's number and ``year``, and a number that ``counts``
    rows says nothing of a person."""
    number = _text(pl.lit("number"), "source_record_number", pl.col("victim_no").cast(pl.String), pl.lit(year))
    keys = records.select(
        source=pl.col("source_id").cast(pl.String),
        key=pl.when(pl.lit(numbered)).then(number).otherwise(_fingerprint(records, counts)),
    )
    keys = keys.with_columns(_ordinals(records, keys, numbered))
    return pl.Series("name", [_name(*row) for row in keys.iter_rows()], dtype=pl.String)


def _name(source: str, key: str, ordinal: int) -> str:
    text = APART.join((source, key, str(ordinal)))
    return f"{source}:{hashlib.blake2b(text.encode(), digest_size=12, person=b'convive-rec').hexdigest()}"


def _names_one_person(records: pl.DataFrame) -> pl.Series:
    """Whether the source's number names one person: by the facts by which records of one number are not joined."""
    rules = placeholders()
    known = people(records).with_columns(year=records.select(_year()).to_series())
    one_identity = pl.col("identity").null_count().over(NUMBER) == 0
    several = [_spread(name) > pl.lit(0) for name in ("name_rank", "sex")]
    days, years = _spread("any_date").dt.total_days(), _spread("age")
    others = [days > rules["source_number_days"], years > rules["source_number_years"]]
    ranked = known.with_columns(
        pl.col("source_id").cast(pl.String),
        identity_rank=pl.col("identity").rank("dense").cast(pl.Int64),
        name_rank=pl.col("name").rank("dense").cast(pl.Int64),
        sex=pl.col("sex").cast(pl.Int64),
    )
    other = pl.any_horizontal(*(expression.fill_null(False) for expression in (*several, *others)))
    two = (_spread("identity_rank") > 0).fill_null(False) | (~one_identity & other)
    return ranked.select(pl.col("source_record_number").is_not_null() & ~two).to_series()


def _counts_rows() -> pl.Expr:
    number = pl.col("source_record_number")
    largest = number.str.extract(r"^(\d{1,9})$").cast(pl.Int64).max()
    counts = number.str.contains(r"^\d{1,9}$").all() & (largest <= COUNTER_ROOM * pl.len())
    return counts.over("source_id").fill_null(False)


def _spread(name: str) -> pl.Expr:
    return (pl.col(name).max() - pl.col(name).min()).over(NUMBER)


def _year() -> pl.Expr:
    """The year of the record; registration first, for it is what a source numbers by."""
    return pl.coalesce("registered_on", "died_on", "occurred_on").dt.year().cast(pl.String).alias("year")


def _fingerprint(records: pl.DataFrame, counts: pl.Series) -> pl.Expr:
    identity = pl.lit(identity_keys(records["identity_number"]))
    dates = [pl.coalesce(pl.col(name).cast(pl.String), f"{name}_raw") for name in DATES]
    return _text(
        pl.lit("person"),
        pl.when(~pl.lit(counts)).then("source_record_number"),
        pl.col("victim_no").cast(pl.String),
        *(fold(pl.col(name)) for name in PERSON),
        pl.coalesce(identity, "identity_number"),
        pl.col("sex").cast(pl.String),
        *dates,
        pl.coalesce(pl.col("age_years").round(2).cast(pl.String), "age_years_raw"),
    )


def _text(*parts: pl.Expr | str) -> pl.Expr:
    """The parts in one text; what is absent differs from what is empty."""
    known = [pl.col(part) if isinstance(part, str) else part for part in parts]
    return pl.concat_str([part.fill_null(NOTHING) for part in known], separator=APART)


def _ordinals(records: pl.DataFrame, keys: pl.DataFrame, numbered: pl.Series) -> pl.Series:
    """The place of each record among those of its source and key, from 0; 0 for those named by their number."""
    equal = keys.with_row_index("at").filter(~numbered & keys.is_duplicated())
    ordinals = pl.Series("ordinal", [0], dtype=pl.Int64).new_from_index(0, records.height)
    if equal.is_empty():
        return ordinals
    some = records[equal["at"]]
    said = [pl.col(name).cast(pl.String) for name in record_schema() if name not in DELIVERY]
    table = equal.with_columns(
        some["received_on"],
        some["row"],
        some["file"].cast(pl.String),
        said=some.select(_text(*said)).to_series(),
    ).sort("source", "key", "received_on", "said", "file", "row", nulls_last=True)
    place = table.select("at", place=pl.int_range(pl.len()).over("source", "key"))
    return ordinals.scatter(place["at"], place["place"])
