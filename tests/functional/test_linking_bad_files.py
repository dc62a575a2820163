"""Files that would mislead linkage: no names, N.N. alone, columns of one value, copies, decisions on what is gone."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from convive.build import build, inspect
from convive.observatory import Observatory
from convive.publication.edition import Edition
from convive.register.ledger import Decision, append, read, record_names

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks" / "linkage"))

import generate

BODIES = {"policia": "police", "morgue": "morgue", "fiscalia": "prosecutor", "hospital": "hospital"}
Files = dict[str, pl.DataFrame]
AT = dt.datetime(2026, 3, 5, 15, tzinfo=dt.UTC)


def files(deaths: int = 120) -> Files:
    """The files of four institutions about the same dead, with the number of the death as TRUTH."""
    told = generate.records(deaths, "low", seed=11)
    name = pl.concat_str("surname_1", "surname_2", "given_names", separator=" ", ignore_nulls=True)
    table = told.select(
        "source_id",
        TRUTH="truth",
        NUMERO=pl.format("{}-{}", pl.col("source_id").str.head(2).str.to_uppercase(), pl.int_range(pl.len())),
        FECHA=pl.coalesce("occurred_on", "died_on", "registered_on").dt.strftime("%d/%m/%Y"),
        UBIGEO=pl.when(pl.col("truth") % 3 == 0).then(pl.lit("240101")).otherwise(pl.lit("240102")),
        VICTIMA=pl.coalesce("full_name", name),
        DNI="identity_number",
        EDAD=pl.col("age_years").cast(pl.Int64),
        SEXO=pl.col("sex").replace({"male": "MASCULINO", "female": "FEMENINO"}),
        INTENCION=pl.lit("HOMICIDIO"),
    )
    return {str(key[0]): part.drop("source_id") for key, part in table.group_by("source_id", maintain_order=True)}


@dataclass(frozen=True)
class Register:
    """What a build of such files made, beside the truth."""

    observatory: Observatory
    cases: int
    truths: list[set[int]]
    """The deaths of which each case tells."""

    @property
    def mixed(self) -> int:
        """Cases that tell of more than one death."""
        return sum(len(one) > 1 for one in self.truths)

    def codes(self) -> set[str]:
        return {problem.code for problem in inspect(self.observatory).problems}


@pytest.fixture
def built(city: Any) -> Callable[[Files], Register]:
    """Builds the tiny observatory from such files."""

    def made(received: Files) -> Register:
        settings = city.folder / "observatory.toml"
        settings.write_text(settings.read_text("utf-8").replace("2014-12-31", "2021-12-31"), "utf-8")
        profile = city.profile.read_text("utf-8").replace("2014-12-31", "2021-12-31")
        city.delivery.unlink(missing_ok=True)
        for source, table in received.items():
            folder = city.folder / "sources" / source
            folder.mkdir(exist_ok=True)
            body = BODIES.get(source, "press")
            said = profile.replace('"policia"', f'"{source}"').replace('"police"', f'"{body}"')
            (folder / "profile.toml").write_text(said, "utf-8")
            table.drop("TRUTH").write_csv(folder / "hechos.csv")
        observatory = Observatory.open(city.folder)
        made = build(observatory, publish=False)
        records = city.table("records").select("record_id", pl.col("source_id").cast(pl.String), "row")
        truth = {
            (source, row): death for source, table in received.items() for row, death in enumerate(table["TRUTH"], 2)
        }
        deaths: dict[str, set[int]] = {}
        for case, source, row in (
            city.table("case_records").join(records, on="record_id").select("case_id", "source_id", "row").iter_rows()
        ):
            deaths.setdefault(case, set()).add(truth[source, row])
        return Register(observatory, made.cases, list(deaths.values()))

    return made


def test_a_source_without_names_is_counted_told_and_joined_only_where_it_fits(built: Any, city: Any) -> None:
    received = files()
    received["morgue"] = received["morgue"].drop("VICTIMA", "DNI")
    register = built(received)
    assert register.codes() == {"source-without-names"}
    assert register.mixed <= 1
    assert city.table("case_records").height == sum(table.height for table in received.values())
    city.run("check").says("morgue", "Ningún registro de esta fuente trae nombre", "resuelva los pares en la mesa")


def test_where_all_victims_are_unknown_nobody_is_joined_within_a_source_and_it_is_told(built: Any, city: Any) -> None:
    received = {
        source: table.with_columns(VICTIMA=pl.lit("N.N."), DNI=pl.lit(None, pl.String))
        for source, table in files().items()
    }
    register = built(received)
    assert register.codes() == {"source-without-names"}
    members = city.table("case_records").join(city.table("records"), on="record_id")
    assert not members.select(pl.struct("case_id", pl.col("source_id").cast(pl.String)).is_duplicated().any()).item()
    assert register.mixed <= 2


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("DNI", "44556677", "identity-number-of-many"),
        ("VICTIMA", "PEREZ LOPEZ JUAN", "name-of-many"),
        ("NUMERO", "A-1", None),
        ("EDAD", 30, None),
        ("SEXO", "MASCULINO", None),
        ("FECHA", "01/01/2014", None),
        ("UBIGEO", "240101", None),
    ],
)
@pytest.mark.parametrize("everywhere", [True, False], ids=["every source", "one source"])
def test_a_column_of_one_value_makes_no_two_deaths_one(
    built: Any, column: str, value: object, code: str | None, everywhere: bool
) -> None:
    received = files()
    constant = received if everywhere else {"policia": received["policia"]}
    received |= {source: table.with_columns(pl.lit(value).alias(column)) for source, table in constant.items()}
    register = built(received)
    assert register.mixed == 0
    problems = inspect(register.observatory).problems
    assert {problem.code for problem in problems} == ({code} if code else set())
    field = {"DNI": "identity_number", "VICTIMA": "full_name"}.get(column)
    assert {problem.place() for problem in problems} == {
        f"{source}/hechos.csv:2 [{field}]" for source in constant if code
    }
    assert {problem.value for problem in problems} <= {value}


def test_a_number_of_all_that_a_nameless_source_writes_joins_nothing(built: Any) -> None:
    """N.N. under one file number all year: they are not one death because they bear one number."""
    nobody = files()["policia"].with_columns(
        VICTIMA=pl.lit("N.N."), DNI=pl.lit(None, pl.String), NUMERO=pl.lit("S-1"), EDAD=pl.lit(None, pl.Int64)
    )
    assert built({"policia": nobody}).mixed == 0


def test_a_file_received_twice_counts_once_and_is_told(built: Any, city: Any) -> None:
    received = files()
    alone = built(received)
    path = city.folder / "sources" / "policia" / "hechos.csv"
    path.with_name("otra-vez.csv").write_bytes(path.read_bytes())
    assert build(alone.observatory, publish=False).cases == alone.cases
    assert alone.codes() == {"same-file-twice"}


def test_a_source_that_copies_another_adds_no_deaths_is_told_and_bears_no_estimate(built: Any, city: Any) -> None:
    police = files()["policia"]
    alone = built({"policia": police})
    both = built({"policia": police, "prensa": police.sample(fraction=1, shuffle=True, seed=1)})
    assert both.cases == alone.cases
    assert both.codes() == {"sources-alike"}
    build(both.observatory)
    told = Edition.load(city.folder / "public").scorecard["coverage"]
    assert told["total"] is None
    assert told["refused"]


def test_a_decision_about_a_record_that_no_longer_comes_is_kept_told_and_holds_again_when_it_returns(
    built: Any, city: Any
) -> None:
    register = built(files())
    records = city.table("records")
    one, other = (record_names(records)[records["row"].arg_max()], record_names(records)[0])
    row = records.filter(record_names(records) == one).row(0, named=True)
    append(
        city.folder / "decisions",
        Decision("same", (one, other), "ana", AT, "same_person", words="El expediente lo confirma"),
    )
    ledger = (city.folder / "decisions" / "decisions.jsonl").read_bytes()
    joined = build(register.observatory, publish=False).cases
    assert joined == register.cases - 1
    path = city.folder / "sources" / row["source_id"] / "hechos.csv"
    whole = path.read_text("utf-8")
    path.write_text("".join(whole.splitlines(keepends=True)[:-1]), "utf-8")
    build(register.observatory, publish=False)
    assert "decision" not in city.table("case_records")["joined_by"].cast(pl.String).to_list()
    (told,) = inspect(register.observatory).problems
    assert (told.code, told.place(), told.value) == ("ledger-record-gone", "decisions/decisions.jsonl:1", one)
    assert (city.folder / "decisions" / "decisions.jsonl").read_bytes() == ledger
    assert len(read(city.folder / "decisions").standing) == 1
    path.write_text(whole, "utf-8")
    assert build(register.observatory, publish=False).cases == joined
    assert inspect(register.observatory).problems == []
