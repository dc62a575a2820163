"""The six commands: what they do, say and end with."""

from __future__ import annotations

import re
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
    assert answer.code == 2
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


WRONG_USE = {
    "no option": (["build", "--nada"], "La opción «--nada» no existe.", "no option “--nada”."),
    "a misspelt option": (["build", "--untill"], "¿Quiso decir --until?", "Did you mean --until?"),
    "no command": (["nada"], "El comando «nada» no existe.", "no command “nada”."),
    "a misspelt command": (["biuld"], "«biuld» no existe. ¿Quiso decir build?", "“biuld”. Did you mean build?"),
    "a missing argument": (["explain"], "Falta el argumento FIGURE.", "The argument FIGURE is missing."),
    "too many arguments": (["check", "otra", "más"], "Sobra lo que sigue a los argumentos: otra más.", "otra más."),
    "an option without value": (["check", "--limit"], "--limit necesita un valor.", "--limit needs a value."),
    "a value too many": (["check", "--help=sí"], "La opción --help no lleva valor.", "--help takes no value."),
    "no such choice": (
        ["build", "--until", "l'una"],
        "«l'una» no sirve para --until. Elija entre: figures, data, site.",
        "“l'una” does not fit --until. Choose one of: figures, data, site.",
    ),
    "no number": (["check", "--limit", "x"], "debe ser un número entero.", "must be a whole number."),
    "too small a number": (["check", "--limit", "0"], "debe ser 1 o más.", "must be 1 or more."),
}


@pytest.mark.parametrize("kind", WRONG_USE)
def test_wrong_use_ends_with_two_and_is_told_in_the_reader_s_language(city: Any, kind: str) -> None:
    (command, *words), spanish, english = WRONG_USE[kind]
    for language, sentence, title in (("", spanish, "Uso incorrecto"), ("en", english, "Wrong use")):
        answer = city.run(command, *words, language=language)
        assert answer.code == 2
        answer.says(sentence, title)
        if language == "":
            assert not re.search(r"Usage|Error|Invalid|Missing|No such|Option\b|Try ", answer.words), answer.words


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
    city.run("--help").says("observatorio de seguridad ciudadana", "Uso: convive", "COMANDO", "Opciones", "Comandos")
    city.run("--help", language="en").says("citizen-security observatory", "Usage: convive", "COMMAND", "Options")


@pytest.mark.parametrize("command", ["init", "check", "build", "serve", "audit", "explain"])
def test_help_of_a_command_holds_no_word_of_the_other_language(city: Any, command: str) -> None:
    spanish, english = city.run(command, "--help"), city.run(command, "--help", language="en")
    assert (spanish.code, english.code) == (0, 0)
    spanish.says(f"Uso: convive {command} [OPCIONES]", "[obligatorio]", "Muestra esta ayuda y termina.")
    english.says(f"Usage: convive {command} [OPTIONS]", "[required]", "Show this help and exit.")
    assert not re.search(r"Usage|OPTIONS|default|required|Show|exit", spanish.words), spanish.words
    assert not re.search(r"Uso|OPCIONES|defecto|obligatorio|Muestra", english.words), english.words


def test_one_thing_is_told_in_the_singular(city: Any) -> None:
    city.delivery.write_text("".join(city.delivery.read_text("utf-8").splitlines(keepends=True)[:2]), "utf-8")
    city.run("check").says("Todo está en orden: 1 fila en 1 archivo, ninguna rechazada.")
    city.run("check", language="en").says("All is in order: 1 row in 1 file, none rejected.")
    city.run("build", "--until", "figures").says("1 archivo, 1 fila → 1 registro y 0 agregados", "→ 1 caso →")
    city.run("build", "--until", "figures", language="en").says(
        "1 file, 1 row → 1 record and 0 aggregates", "→ 1 case →"
    )
    with city.delivery.open("a", encoding="utf-8") as delivery:
        delivery.write("D-6,31/02/2014,240101,TUMBES,999,MASCULINO,HOMICIDIO,\n")
    city.run("check").says("2 filas en 1 archivo; 1 fila no puede usarse y 1 valor no se usa.")
    city.run("check", language="en").says("2 rows in 1 file; 1 row cannot be used and 1 value is left out.")


def test_check_groups_problems_under_a_title_with_the_code_beside_it(city: Any) -> None:
    city.receive("D-6,31/02/2014,240101,TUMBES,30,MASCULINO,HOMICIDIO,", "D-7,01/02/2014,,XANADU,30,HOMBRE,HOMICIDIO,")
    city.run("check").says("Fechas que no existen impossible-date", "policia/hechos.csv:7 [FECHA]")
    city.run("check", language="en").says("Dates that do not exist impossible-date")


def test_check_names_no_column_where_the_whole_row_is_bad(city: Any) -> None:
    city.receive("D-6,,240101,TUMBES,30,MASCULINO,HOMICIDIO,")
    answer = city.run("check")
    answer.says("Filas sin ninguna fecha utilizable", "policia/hechos.csv:7")
    assert "[]" not in answer.words
