"""From names and codes to units."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from convive.territory import Territory

ASKED = ("code", "coding", "country", "department", "province", "district", "place")
ANSWER = ("unit_code", "certainty", "problem_code")
NAMES = {"department": pl.String, "province": pl.String, "district": pl.String}


def resolved(folder: Path, *rows: dict[str, str]) -> list[tuple[str | None, ...]]:
    frame = pl.DataFrame(list(rows), schema=dict.fromkeys(ASKED, pl.String))
    return Territory.load(folder).resolve(frame).select(ANSWER).rows()


@pytest.mark.parametrize(
    ("asked", "unit", "certainty", "problem"),
    [
        ({"department": "TUMBES", "province": "zarumilla", "district": "Águas-Verdes"}, "240302", "exact", None),
        ({"department": "Dpto. de Tumbes"}, "24", "exact", None),
        ({"department": "Tumbes", "district": "Sn. Jacinto"}, "240105", "exact", None),
        ({"department": "Tumbes", "district": "LA FRONTERA"}, "240302", "alias", None),
        ({"department": "La Libertad", "district": "El Provenir"}, "130102", "probable", None),
        ({"district": "El Porvenir"}, None, "unresolved", "ambiguous-place"),
        ({"department": "Piura", "district": "El Porvenir"}, "200102", "exact", None),
        ({"department": "Tumbes", "province": "Trujillo"}, "PE", "parent_only", "place-contradiction"),
        ({"department": "Tumbes", "district": "Nowhere at all"}, "24", "parent_only", "unknown-place"),
        ({"district": "Nowhere at all"}, None, "unresolved", "unknown-place"),
        ({"place": "Tumbes"}, "24", "parent_only", None),
        ({"place": "Aguas Verdes"}, "240302", "exact", None),
        ({"country": "PERU"}, "PE", "exact", None),
        ({"country": "ECUADOR", "department": "EXTRANJERO"}, None, "abroad", None),
        ({"department": "EXTRANJERO"}, None, "abroad", None),
        ({}, None, "not_recorded", None),
        ({"code": "240302"}, "240302", "code", None),
        ({"code": "240000"}, "24", "code", None),
        ({"code": "240399"}, "2403", "parent_only", "unknown-place"),
        ({"code": "990101"}, None, "unresolved", "unknown-place"),
        ({"code": "240302", "department": "Tumbes"}, "240302", "code", None),
        ({"code": "24", "department": "Tumbes", "district": "Aguas Verdes"}, "240302", "exact", None),
        (
            {"code": "240302", "department": "Tumbes", "district": "San Jacinto"},
            "24",
            "parent_only",
            "place-contradiction",
        ),
        ({"code": "PE", "coding": "own"}, "PE", "code", None),
        ({"code": "92-33-23-01-01-000", "coding": "reniec"}, "24", "parent_only", "unknown-place"),
        ({"code": "92-28-00-00-00-000", "coding": "reniec"}, None, "abroad", None),
        ({"code": "92-33-19-01-02-000", "coding": "reniec", "district": "El Porvenir"}, "200102", "exact", None),
        (
            {"code": "92-33-23-01-01-000", "coding": "reniec", "department": "Piura"},
            "PE",
            "parent_only",
            "place-contradiction",
        ),
    ],
)
def test_one_place(folder: Path, asked: dict[str, str], unit: str | None, certainty: str, problem: str | None) -> None:
    assert resolved(folder, asked) == [(unit, certainty, problem)]


def test_a_lost_zero_is_put_back(folder: Path) -> None:
    units = (folder / "units.csv").read_text("utf-8")
    (folder / "units.csv").write_text(units + "01,Amazonas,\n0101,Chachapoyas,\n", "utf-8")
    assert resolved(folder, {"code": "101"}) == [("0101", "code", None)]


def test_a_registry_code_is_learnt_from_rows_with_names_and_used_where_they_are_blank(folder: Path) -> None:
    code = {"code": "92-33-23-03-02-000", "coding": "reniec"}
    named = {**code, "department": "TUMBES", "province": "ZARUMILLA", "district": "AGUAS VERDES"}
    assert resolved(folder, named, code) == [("240302", "exact", None), ("240302", "probable", None)]


def test_names_against_what_most_rows_with_the_code_say(folder: Path) -> None:
    code = {"code": "92-33-23-03-02-000", "coding": "reniec", "department": "TUMBES"}
    spellings = [{**code, "district": name} for name in ("AGUAS VERDES", "Aguas Verdes", "LA FRONTERA", "San Jacinto")]
    assert resolved(folder, *spellings)[-1] == ("24", "parent_only", "place-contradiction")


def test_a_code_with_two_meanings_teaches_nothing(folder: Path) -> None:
    code = {"code": "92-33-23-03-02-000", "coding": "reniec"}
    rows = [{**code, "district": "AGUAS VERDES"}, {**code, "district": "San Jacinto"}, code]
    assert resolved(folder, *rows)[-1] == ("24", "parent_only", "unknown-place")


def test_numbers_in_names_are_no_slips(folder: Path) -> None:
    units = (folder / "units.csv").read_text("utf-8")
    (folder / "units.csv").write_text(units + "240301,Asentamiento Humano 12,\n", "utf-8")
    asked = {"department": "Tumbes", "district": "Asentamiento Humano 13"}
    assert resolved(folder, asked) == [("24", "parent_only", "unknown-place")]


def test_rows_keep_their_order_and_their_columns(folder: Path) -> None:
    frame = pl.DataFrame({"extra": [3, 1, 2], "district": ["Aguas Verdes", None, "San Jacinto"]})
    answer = Territory.load(folder).resolve(frame)
    assert answer.columns == ["extra", "district", "unit_code", "level", "certainty", "score", "problem_code"]
    assert answer.select("extra", "unit_code").rows() == [(3, "240302"), (1, None), (2, "240105")]


def test_no_rows(folder: Path) -> None:
    assert Territory.load(folder).resolve(pl.DataFrame(schema=NAMES)).height == 0


@pytest.mark.real_data
def test_death_certificates(real_folder: Path, real_data: Path) -> None:
    rows = pl.read_csv(real_data / "sinadef_firearm_deaths_north_lima.csv", infer_schema=False)
    known = pl.col(pl.String).replace({"SIN REGISTRO": None, "NO SE CONOCE": None})
    residence = rows.with_columns(known).select(
        code="cod_ubigeo_domicilio",
        coding=pl.lit("reniec"),
        country="pais_domicilio",
        department="departamento_domicilio",
        province="provincia_domicilio",
        district="distrito_domicilio",
    )
    territory = Territory.load(real_folder)
    answer = territory.resolve(residence.unique(maintain_order=True))
    assert answer["problem_code"].null_count() == answer.height
    assert set(answer["certainty"]) == {"exact", "abroad", "not_recorded"}
    # Half of the rows without their names: the codes, learnt from the other half, must lead to the same units.
    half = residence.with_row_index().with_columns(
        pl.when(pl.col("index") % 2 == 0).then(column).alias(column) for column in NAMES
    )
    whole, blank = territory.resolve(residence), territory.resolve(half)
    found = blank["certainty"] == "probable"
    assert found.sum() > 250
    assert (whole.filter(found)["unit_code"] == blank.filter(found)["unit_code"]).all()
