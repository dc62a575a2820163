"""What a certificate says of the cause of death: in words, with those that decided, and in ICD-10 codes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache

import polars as pl

from convive.errors import CatalogueError, Problem
from convive.fold import fold
from convive.sources.missing import text_value
from convive.sources.profile import BUILT_IN, Column, Profile
from convive.sources.values import CATEGORY, SCOPED_SCHEMA, Harvest
from convive.standard import icd10_key, icd10_lookup, is_known

EXTERNAL_CAUSE = r"^[V-Y]\d"
SEPARATOR = " | "
COMPARED = ("intent", "mechanism")

Words = Mapping[str, str]


@cache
def patterns(name: str) -> tuple[str, tuple[str, ...], tuple[Words, ...]]:
    """Version, negations and ordered patterns of the table ``name``; the first pattern that is found decides."""
    path = BUILT_IN / "words" / f"{name}.toml"
    if not path.is_file():
        raise CatalogueError(Problem("unknown-code-table", file=f"{name}.toml", value=name))
    table = tomllib.loads(path.read_text("utf-8"))
    return table["version"], tuple(table["negations"]), tuple(table["pattern"])


def read_words(texts: pl.Series, name: str) -> pl.DataFrame:
    """text, words, mechanism, firearm_type for each distinct text; null where no pattern is found.

    What a negation covers ("sin signos de arma de fuego") is taken out before anything is looked for.
    """
    _, negations, table = patterns(name)
    looked = pl.DataFrame({"text": texts}).with_columns(folded=fold(pl.col("text").fill_null("")))
    for negation in negations:
        looked = looked.with_columns(pl.col("folded").str.replace_all(negation, " "))
    places = range(len(table))
    hits = looked.with_columns(pl.col("folded").str.extract(table[at]["match"], 0).alias(f"p{at}") for at in places)

    def decided(key: str) -> pl.Expr:
        said = [pl.when(pl.col(f"p{at}").is_not_null()).then(pl.lit(table[at].get(key, ""))) for at in places]
        return pl.coalesce(said).replace("", None)

    words = pl.coalesce([pl.col(f"p{at}") for at in places]).str.strip_chars()
    return hits.select("text", words=words, mechanism=decided("mechanism"), firearm_type=decided("firearm_type"))


def from_words(
    frame: pl.DataFrame, name: str, sources: Sequence[str], column: Column, words: Words, version: str
) -> Harvest:
    """A coded field (mechanism or firearm_type) read from the words of one or more texts."""
    text = frame.select(_joined(sources, words).alias("text"))["text"]
    table = read_words(text.unique(), str(column.words))
    found = text.to_frame().join(table, on="text", how="left", maintain_order="left", nulls_equal=True)
    no_firearm = found["mechanism"].is_not_null() & (found["mechanism"] != "firearm")
    value = (
        pl.when(pl.lit(text).is_null())
        .then(pl.lit("not_recorded"))
        .when(pl.lit(no_firearm) & (name == "firearm_type"))
        .then(pl.lit("not_applicable"))
        .otherwise(pl.lit(found[name]).fill_null("unknown"))
    )
    expressions = [
        value.cast(CATEGORY).alias(name),
        pl.lit(text).cast(CATEGORY).alias(f"{name}_raw"),
        pl.lit(", ".join(sources), dtype=CATEGORY).alias(f"{name}_column"),
        pl.lit(f"{version}+{column.words}@{patterns(str(column.words))[0]}", dtype=CATEGORY).alias(f"{name}_version"),
    ]
    if name == "mechanism":
        expressions.append(pl.lit(found["words"]).cast(CATEGORY).alias("mechanism_words"))
    return Harvest(expressions)


def external_cause(sources: Sequence[str], words: Words, version: str) -> Harvest:
    """The external cause among several ICD-10 codes: that of the lowest line, which a certificate keeps for the
    underlying cause.
    """
    said = [text_value(source, words).str.to_uppercase() for source in sources]
    external = pl.coalesce([pl.when(code.str.contains(EXTERNAL_CAUSE)).then(code) for code in reversed(said)])
    return Harvest(
        [
            external.fill_null("not_recorded").cast(CATEGORY).alias("icd10"),
            _joined(sources, words, upper=True).cast(CATEGORY).alias("icd10_raw"),
            pl.lit(", ".join(sources), dtype=CATEGORY).alias("icd10_column"),
            pl.lit(version, dtype=CATEGORY).alias("icd10_version"),
        ]
    )


def spoken_for(records: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Fields that are silent and let the ICD-10 code speak instead; ``_column`` and ``_version`` say where it did."""
    silent = {
        name: column
        for name, column in profile.columns.items()
        if column.otherwise == "icd10" and name in records.columns
    }
    if not silent or "icd10" not in records.columns:
        return records
    meaning = _meaning(records)
    changes: list[pl.Expr] = []
    for name, column in silent.items():
        said = pl.lit(meaning[name])
        speaks = pl.col(name).cast(pl.String).is_in(["unknown", "not_recorded"]) & said.is_not_null()
        if column.otherwise_codes:
            speaks = speaks & said.is_in(list(column.otherwise_codes))
        for of, other in (("", said), ("_column", pl.lit("icd10")), ("_version", pl.lit("who-icd10"))):
            own = pl.col(f"{name}{of}").cast(pl.String)
            changes.append(pl.when(speaks).then(other).otherwise(own).cast(CATEGORY).alias(f"{name}{of}"))
    return records.with_columns(changes)


def contradictions(records: pl.DataFrame) -> pl.DataFrame:
    """Rows whose ICD-10 code says another intent or mechanism than the source itself, whose own word holds: row,
    column, value, code.
    """
    names = [name for name in COMPARED if name in records.columns]
    if not names or "icd10" not in records.columns:
        return pl.DataFrame(schema=SCOPED_SCHEMA)
    meaning, told = _meaning(records), []
    for name in names:
        own, said = pl.col(name).cast(pl.String), pl.lit(meaning[name])
        differs = is_known(name) & said.is_not_null() & (own != said)
        told.append(
            records.filter(differs).select(
                "row",
                column=pl.concat_str(pl.lit(f"{name}: "), pl.col(f"{name}_column").cast(pl.String)),
                value=pl.col("icd10").cast(pl.String),
                code=pl.lit("icd10-contradicts"),
                scope=pl.lit("value"),
            )
        )
    return pl.concat(told).cast(SCOPED_SCHEMA).unique(maintain_order=True)


def _meaning(records: pl.DataFrame) -> pl.DataFrame:
    """What the ICD-10 code of each record says, record by record."""
    return records.select(key=icd10_key("icd10")).join(icd10_lookup(), on="key", how="left", maintain_order="left")


def _joined(sources: Sequence[str], words: Words, *, upper: bool = False) -> pl.Expr:
    said = [text_value(source, words) for source in sources]
    said = [text.str.to_uppercase() for text in said] if upper else said
    return pl.concat_str(said, separator=SEPARATOR, ignore_nulls=True).replace("", None)
