"""The descriptor says what lies in the folder."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from convive.publication.release.package import CHECKSUMS, LICENCES, licence, seal
from convive.publication.release.writing import csv_bytes, json_bytes, put
from convive.standard import figures_schema

HEAD = {
    "id": "tumbes",
    "name": {"es": "Observatorio", "en": "Observatory"},
    "synthetic": None,
    "coverage": None,
    "focus": "24",
    "compare": [],
    "languages": ["es", "en"],
    "as_of": "2015-06-30",
    "concept": "ceic",
    "place": "occurrence",
    "minimum_cell": 3,
    "minimum_percent_base": 20,
    "licence": "CC-BY-4.0",
    "contact": "",
    "version": "0.1.0",
    "inputs_sha256": "ab" * 32,
    "units": [],
    "breaks": [],
    "quality": {},
    "register": {},
    "disclosure": {},
}
SOURCE = {"source_id": "pnp", "title": {"es": "Policía", "en": "Police"}, "publisher": "PNP"}


@pytest.fixture
def public(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    figures = pl.DataFrame(schema=figures_schema())
    put(data / "figures.csv", csv_bytes(figures))
    figures.write_parquet(data / "figures.parquet")
    put(data / "population.csv", b"unit_code,year,population,series,synthetic\n")
    put(data / "edition.json", json_bytes(HEAD))
    put(data / "territory.geojson", json_bytes({"type": "FeatureCollection", "areas": [], "features": []}))
    for name in ("definitions", "classifications"):
        put(data / f"{name}.json", json_bytes({}))
    put(data / "sources.json", json_bytes([SOURCE]))
    put(data / "audit.json", json_bytes([]))
    put(data / "charts" / "trend.csv", csv_bytes(figures.select("period", "value")))
    put(data / "charts" / "trend.json", json_bytes({"title": {"es": "Tendencia", "en": "Trend"}}))
    seal(tmp_path)
    return tmp_path


@pytest.fixture
def package(public: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((public / "datapackage.json").read_text("utf-8"))
    return told


def test_what_version_2_of_the_standard_asks_for(package: dict[str, Any]) -> None:
    """https://datapackage.org/standard/data-package and data-resource: required properties and their forms."""
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    names = [resource["name"] for resource in package["resources"]]
    assert len(set(names)) == len(names) > 0
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-_") for name in names)
    for resource in package["resources"]:
        assert not resource["path"].startswith(("/", ".."))
        assert resource["hash"].startswith("sha256:")
    assert all({"name", "path"} & set(one) for one in package["licenses"])
    assert all(one["title"] for one in [*package["sources"], *package["contributors"]])


def test_every_resource_is_there_as_described(public: Path, package: dict[str, Any]) -> None:
    for resource in package["resources"]:
        content = (public / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_every_column_of_a_table_is_described_in_its_order(public: Path, package: dict[str, Any]) -> None:
    tables = {resource["path"]: resource for resource in package["resources"] if resource.get("type") == "table"}
    assert set(tables) == {
        f"data/{name}" for name in ("figures.csv", "figures.parquet", "population.csv", "charts/trend.csv")
    }
    for path, resource in tables.items():
        fields = resource["schema"]["fields"]
        assert all(
            field["description"] and field["type"] in {"string", "number", "integer", "boolean"} for field in fields
        )
        if path.endswith(".csv"):
            header = (public / path).read_text("utf-8").splitlines()[0].split(",")
            assert [field["name"] for field in fields] == header
    assert "primaryKey" in tables["data/figures.csv"]["schema"]
    assert "primaryKey" not in tables["data/charts/trend.csv"]["schema"]


def test_checksums_cover_every_file_and_can_be_checked(public: Path) -> None:
    lines = (public / CHECKSUMS).read_text("utf-8").splitlines()
    told = dict(reversed(line.split("  ", 1)) for line in lines)
    there = {path.relative_to(public).as_posix(): path for path in public.rglob("*") if path.is_file()}
    assert set(told) == set(there) - {CHECKSUMS}
    assert all(told[name] == hashlib.sha256(there[name].read_bytes()).hexdigest() for name in told)


def test_sealing_again_after_pages_were_added_covers_them(public: Path) -> None:
    put(public / "index.html", b"<!doctype html>")
    seal(public)
    assert "  index.html" in (public / CHECKSUMS).read_text("utf-8")


@pytest.mark.parametrize("name", [*LICENCES, "Licencia propia"])
def test_a_licence_has_a_name_and_where_known_an_address(name: str) -> None:
    told = licence(name)
    assert told["name"] == name
    assert ("path" in told) == (name in LICENCES)
