"""The six commands: what they do, say and end with."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest


def test_init_makes_an_observatory_that_checks_builds_and_explains(city: Any, tmp_path: Path) -> None:
    new = type(city)(tmp_path / "Mi «ciudad» [1]")
    assert new.run("init").code == 0
    assert new.run("check").code == 0
    assert new.run("build").code == 0
    assert (new.folder / "public" / "index.html").is_file()
    figures = new.table("figures").filter(indicator="homicides", disaggregation="total")
    assert figures.height
    unit, period, count = figures.select("unit_code", "period", "count").row(0)
    answer = new.run("explain", f"homicides/{unit}/{period}")
    assert answer.code == 0
    answer.says(str(count))


def test_init_never_writes_over_anything(city: Any) -> None:
    before = {path: path.read_bytes() for path in city.folder.rglob("*") if path.is_file()}
    answer = city.run("init")
    assert answer.code == 2
    answer.says("no está vacía", "Elija otra carpeta")
    assert before == {path: path.read_bytes() for path in city.folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("command", ["check", "build", "serve", "audit", "explain"])
def test_a_folder_that_is_no_observatory(city: Any, tmp_path: Path, command: str) -> None:
    answer = type(city)(tmp_path / "nada").run(command, *(["homicides/24/2014"] if command == "explain" else []))
    assert answer.code == 1
    answer.says("falta el archivo observatory.toml", "convive init")


def test_check_says_that_all_is_well_in_both_languages(city: Any) -> None:
    spanish, english = city.run("check"), city.run("check", language="en")
    assert (spanish.code, english.code) == (0, 0)
    spanish.says("Todo está en orden: 5 filas")
    english.says("All is in order: 5 rows")
    assert not (city.folder / "private").exists()


def test_build_says_what_it_made_in_both_languages(city: Any) -> None:
    spanish, english = (city.run("build", "--until", "data", language=language) for language in ("", "en"))
    assert (spanish.code, english.code) == (0, 0)
    spanish.says("5 filas → 5 registros", "5 casos")
    english.says("5 rows → 5 records", "5 cases")
    figures = city.table("figures").filter(unit_code="24", period="2014", disaggregation="total")
    assert figures.filter(indicator="homicides")["count"].to_list() == [5]
    assert figures.filter(indicator="homicide_rate")["value"].to_list() == [pytest.approx(250.0)]


@pytest.mark.parametrize(
    "words", [["build", "--until", "luna"], ["check", "--limit", "0"], ["explain"], ["nada"], ["build", "--nada"]]
)
def test_wrong_use_ends_with_two(city: Any, words: list[str]) -> None:
    assert city.run(*words).code == 2


@pytest.mark.parametrize("bind", ["foo", ":8000", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:99999", "127.0.0.1:x"])
def test_serve_with_an_address_that_is_none(city: Any, bind: str) -> None:
    answer = city.run("serve", "--bind", bind)
    assert answer.code == 2
    answer.says(f"«{bind}»", "--bind")
    city.run("serve", "--bind", bind, language="en").says(f"“{bind}”", "HOST:PORT")


def test_serve_before_a_build(city: Any) -> None:
    answer = city.run("serve")
    assert answer.code == 1
    answer.says("todavía no se ha construido", f"convive build {city.folder}")


def test_serve_at_a_port_that_is_taken(city: Any) -> None:
    (city.folder / "public").mkdir()
    (city.folder / "public" / "index.html").touch()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = city.run("serve", "--bind", f"127.0.0.1:{port}")
    assert answer.code == 1
    answer.says(f"El puerto {port} ya está en uso")


def test_explain_of_a_figure_that_is_none_names_near_ones(city: Any) -> None:
    unbuilt = city.run("explain", "homicides/24/2014")
    assert unbuilt.code == 1
    unbuilt.says("todavía no se ha construido")
    city.run("build", "--until", "figures")
    answer = city.run("explain", "homicides/24/2041")
    assert answer.code == 2
    answer.says("homicides/24/2041", "homicides/24/2014")
    english = city.run("explain", "homicides/24/2041", language="en")
    english.says("There is no figure")
    fine = city.run("explain", "homicides/24/2014")
    assert fine.code == 0
    fine.says("5", "policia")


def test_audit_without_claims(city: Any) -> None:
    answer = city.run("audit")
    assert answer.code == 1
    answer.says("falta claims.toml")


def test_audit_of_the_example(tumbes: Path, city: Any, tmp_path: Path) -> None:
    (city.folder / "claims.toml").write_bytes((tumbes / "claims.toml").read_bytes())
    answer = city.run("audit")
    assert answer.code == 1
    answer.says("afirmaciones revisadas")
    city.run("audit", language="en").says("claims audited")


def test_the_system_language_is_followed_and_convive_lang_wins(city: Any) -> None:
    city.run("serve", LANG="en_US.UTF-8").says("has not been built")
    city.run("serve", language="es", LANG="en_US.UTF-8").says("todavía no se ha construido")
    city.run("serve", LANG="fr_FR.UTF-8").says("todavía no se ha construido")


def test_help_is_in_the_reader_s_language(city: Any) -> None:
    city.run("--help").says("observatorio de seguridad ciudadana")
    city.run("--help", language="en").says("citizen-security observatory")
