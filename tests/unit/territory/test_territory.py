"""Loading: what a territory holds, and what stops it, all told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from convive.errors import TerritoryError
from convive.territory import Territory


def problems(folder: Path) -> set[tuple[str, str, int | None, str]]:
    with pytest.raises(TerritoryError) as caught:
        Territory.load(folder)
    for problem in caught.value.problems:
        assert problem.reason("es")
        assert problem.remedy("en")
    return {(p.code, p.file, p.row, p.value) for p in caught.value.problems}


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def test_codes_nest_by_prefix_below_the_country(folder: Path) -> None:
    territory = Territory.load(folder)
    chain = territory.ancestors.filter(territory.ancestors["code"] == "240302")
    assert dict(chain.select("ancestor", "level").iter_rows()) == {
        "240302": "district",
        "2403": "province",
        "24": "department",
        "PE": "country",
    }
    assert territory.name("240302") == "Aguas Verdes"


def test_a_name_that_is_no_unit_is_refused(folder: Path) -> None:
    with pytest.raises(TerritoryError, match="999999"):
        Territory.load(folder).name("999999")


def test_missing_settings(tmp_path: Path) -> None:
    assert {code for code, *_ in problems(tmp_path)} == {"territory-missing"}


def test_a_misspelt_setting_is_named(folder: Path) -> None:
    append(folder / "territory.toml", "schematc = true\n")
    with pytest.raises(TerritoryError, match="schematc"):
        Territory.load(folder)


def test_everything_that_stops_the_work_is_told_at_once(folder: Path) -> None:
    append(folder / "units.csv", "240101,Again,\n250101,Without parent,\n")
    append(folder / "population.csv", "24,2025,0\n24,2026,-5\n24,2027,\n24,2028,many\n24,2023,999\n")
    assert problems(folder) == {
        ("unit-twice", "units.csv", 16, "240101"),
        ("unit-parent-missing", "units.csv", 17, "2501"),
        ("population-zero", "population.csv", 8, "0"),
        ("population-negative", "population.csv", 9, "-5"),
        ("population-blank", "population.csv", 10, ""),
        ("population-not-a-number", "population.csv", 11, "many"),
        ("population-twice", "population.csv", 12, "999"),
    }


def test_an_empty_file(folder: Path) -> None:
    (folder / "population.csv").write_text("code,year,population\n", "utf-8")
    assert problems(folder) == {("territory-file-empty", "population.csv", None, "")}


def test_a_column_that_is_not_there_is_told_with_those_that_are(folder: Path) -> None:
    (folder / "population.csv").write_text("ubigeo,year,population\n24,2023,5\n", "utf-8")
    with pytest.raises(TerritoryError) as caught:
        Territory.load(folder)
    assert "ubigeo, year, population" in caught.value.problems[0].remedy("en")


def test_circle(folder: Path) -> None:
    (folder / "units.csv").write_text("code,name,level,parent\na,A,province,b\nb,B,district,a\n", "utf-8")
    (folder / "territory.toml").write_text(
        'levels = ["country", "department", "province", "district"]\n[[units]]\nfile = "units.csv"\n', "utf-8"
    )
    assert {("unit-circle", "units.csv", 2, "a"), ("unit-circle", "units.csv", 3, "b")} <= problems(folder)


def test_children_that_do_not_add_up_are_told_but_do_not_stop(folder: Path) -> None:
    text = (folder / "population.csv").read_text("utf-8").replace("2403,2023,300", "2403,2023,400")
    (folder / "population.csv").write_text(text, "utf-8")
    told = [p for p in Territory.load(folder).problems if p.code == "population-sum-differs"]
    assert [(p.row, p.value, p.values["total"]) for p in told] == [(2, "1000", 1100)]


@pytest.mark.real_data
def test_peru(real_folder: Path) -> None:
    territory = Territory.load(real_folder)
    assert dict(territory.units.group_by("level").len().iter_rows()) == {
        "country": 1,
        "department": 25,
        "province": 196,
        "district": 1891,
    }
    assert territory.population.filter(territory.population["unit_code"] == "PE")["population"].to_list() == [
        33833438,
        34110973,
        34402098,
    ]
    codes = [problem.code for problem in territory.problems]
    assert codes.count("boundary-without-polygon") == 8
    assert "population-sum-differs" not in codes
