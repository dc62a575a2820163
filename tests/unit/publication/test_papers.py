"""Papers of the plan: IATI by the standard's own schema, the workbook there and back, the document with its figures."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pytest
from lxml import etree

from convive.errors import BuildError, PlanError
from convive.publication.edition import Edition
from convive.publication.papers import iati, workbook_import
from convive.publication.papers.bulletin import bulletin
from convive.publication.papers.half_year import half_year_report
from convive.publication.papers.legal import legal_plan
from convive.publication.papers.outline import Grid, Heading
from convive.publication.papers.pdf import pdf
from convive.publication.papers.word import word
from convive.publication.papers.workbook import workbook
from convive.publication.reading import Reader
from convive.publication.release.acting import acting
from convive.strategy import adding, editing, reading
from convive.strategy.review import Review, review

AS_OF = dt.date(2015, 6, 30)


@pytest.fixture
def folder(tumbes: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tumbes / "strategy", tmp_path / "strategy"))


def looked(folder: Path, edition: Edition, today: dt.date | None = None) -> Review:
    plan = reading.load(folder)
    assert plan is not None
    return review(folder, plan, edition.figures, as_of=min(AS_OF, today or AS_OF), today=today)


def test_iati_activities_are_valid_by_the_schema_of_the_standard(folder: Path, small_edition: Edition) -> None:
    root = etree.fromstring(iati.activities(looked(folder, small_edition)))
    iati.check(root)
    assert len(root.findall("iati-activity")) == 15
    force = next(one for one in root if one.findtext("iati-identifier").endswith("-task-force"))
    assert [one.get("code") for one in force.iter("transaction-type")] == ["2", "4", "4"]
    assert [one.text for one in force.findall("budget/value")] == ["280000.00", "420000.00"]
    broken = etree.fromstring(etree.tostring(root))
    broken[0].remove(broken[0].find("title"))
    with pytest.raises(BuildError) as refused:
        iati.check(broken)
    assert refused.value.problems[0].code == "iati-invalid"


def test_papers_tell_a_measure_that_was_withdrawn_as_such(folder: Path, small_edition: Edition) -> None:
    plan = reading.load(folder)
    assert plan is not None
    gone = next(one for one in plan.measure if not list(adding.waiting(plan, "measure", one.id)))
    seen = editing.fingerprint(gone)
    adding.withdraw(folder, "measure", gone.id, reason="Sin fondos", seen=seen, on=dt.date(2015, 1, 1))
    found = looked(folder, small_edition)
    root = etree.fromstring(iati.activities(found))
    iati.check(root)
    one = next(one for one in root if one.findtext("iati-identifier").endswith(f"-{gone.id}"))
    assert one.find("activity-status").get("code") == "5"
    paper = legal_plan(found, Reader(small_edition, "es"))
    assert gone.label.es not in str(paper.parts)
    told = next(one for one in acting(found)["measures"] if one["id"] == gone.id)
    assert "Sin fondos" in told["label"]["es"]
    assert {each["state"] for each in told["activities"]} == {"withdrawn"}


def test_a_plan_without_a_prefix_makes_no_iati_file(folder: Path, small_edition: Edition) -> None:
    path = folder / "plan.toml"
    path.write_text(path.read_text("utf-8").replace('iati_prefix = "XM-EXAMPLE-TUMBES"\n', ""), "utf-8")
    with pytest.raises(BuildError):
        iati.activities(looked(folder, small_edition))


def changed(content: bytes, *cells: tuple[str, str, str, object]) -> bytes:
    """``content`` with cells (sheet, row, column, value) replaced, as somebody does in Excel."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet, row, column, value in cells:
        head = [cell.value for cell in book[sheet][1]]
        at = next(line for line in book[sheet].iter_rows(min_row=2) if line[0].value == row)
        at[head.index(column)].value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_the_workbook_comes_back_without_a_difference(folder: Path, small_edition: Edition) -> None:
    found = looked(folder, small_edition)
    assert workbook_import.differences(workbook(found.plan, found), found.plan) == []


def test_a_dry_run_shows_what_would_change_and_applying_changes_just_that(folder: Path, small_edition: Edition) -> None:
    found = looked(folder, small_edition)
    content = changed(
        workbook(found.plan, found),
        ("Actividades", "sessions", "hasta", dt.datetime(2015, 3, 31)),
        ("Presupuesto", "task-force/1", "planificado", 300000),
        ("Medidas", "cpted", "con", "neighbours"),
    )
    before = (folder / "plan.toml").read_text("utf-8")
    told = workbook_import.differences(content, found.plan)
    assert {(one.sheet, one.row, one.column, one.before, one.after) for one in told} == {
        ("Actividades", "sessions", "hasta", "2014-12-31", "2015-03-31"),
        ("Presupuesto", "task-force/1", "planificado", "280000", "300000"),
        ("Medidas", "cpted", "con", "neighbours, region", "neighbours"),
    }
    assert (folder / "plan.toml").read_text("utf-8") == before
    workbook_import.apply(folder, told)
    after = (folder / "plan.toml").read_text("utf-8")
    lines = zip(before.splitlines(), after.splitlines(), strict=True)
    assert sum(old.replace(" ", "") != new.replace(" ", "") for old, new in lines) == 3
    plan = reading.load(folder)
    assert plan is not None
    assert plan.activities["sessions"].until == dt.date(2015, 3, 31)
    assert workbook_import.differences(content, plan) == []


def test_a_change_that_breaks_the_plan_is_refused_and_nothing_written(folder: Path, small_edition: Edition) -> None:
    found = looked(folder, small_edition)
    content = changed(workbook(found.plan, found), ("Medidas", "cpted", "responsable", "nobody"))
    before = (folder / "plan.toml").read_bytes()
    with pytest.raises(PlanError):
        workbook_import.apply(folder, workbook_import.differences(content, found.plan))
    assert (folder / "plan.toml").read_bytes() == before


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value", "code"),
    [
        ("Actividades", "sessions", "hasta", "mañana", "workbook-value"),
        ("Indicadores", "sessions", "meta", "muchas", "workbook-value"),
        ("Actividades", "sessions", "actividad", "otra", "workbook-unknown"),
        ("Actividades", "sessions", "actividad", "otra", "workbook-gone"),
    ],
)
def test_what_a_workbook_has_wrong_is_told(
    folder: Path, small_edition: Edition, sheet: str, row: str, column: str, value: str, code: str
) -> None:
    found = looked(folder, small_edition)
    with pytest.raises(PlanError) as refused:
        workbook_import.differences(changed(workbook(found.plan, found), (sheet, row, column, value)), found.plan)
    assert code in [problem.code for problem in refused.value.problems]


def test_what_is_no_workbook_is_refused(folder: Path, small_edition: Edition) -> None:
    with pytest.raises(PlanError):
        workbook_import.differences(b"<html>", looked(folder, small_edition).plan)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet2.xml", "xl/styles.xml", "docProps/core.xml"])
def test_a_workbook_with_a_damaged_part_is_told_and_breaks_nothing(
    folder: Path, small_edition: Edition, part: str
) -> None:
    found = looked(folder, small_edition)
    damaged = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(found.plan, found))) as whole,
        zipfile.ZipFile(damaged, "w") as packed,
    ):
        for name in whole.namelist():
            packed.writestr(name, b"<a><b></a>" if name == part else whole.read(name))
    with pytest.raises(PlanError) as refused:
        workbook_import.differences(damaged.getvalue(), found.plan)
    assert [problem.code for problem in refused.value.problems] == ["workbook-unreadable"]


def test_the_legal_plan_has_both_chapters_with_figures_and_says_what_is_lacking(
    folder: Path, small_edition: Edition
) -> None:
    paper = legal_plan(looked(folder, small_edition), Reader(small_edition, "es"))
    headings = [part.text for part in paper.parts if isinstance(part, Heading)]
    assert "Capítulo I. Diagnóstico" in headings
    assert "Capítulo II. Marco estratégico" in headings
    grids = {part.caption: part for part in paper.parts if isinstance(part, Grid)}
    assert grids["Homicidios, Tumbes"].rows[-1][:2] == ("2014", "54")
    assert len(grids["Matriz de actividades"].rows) == len(looked(folder, small_edition).plan.activities)
    texts = [paragraph.text for paragraph in docx.Document(io.BytesIO(word(paper))).paragraphs]
    assert any("Por completar por el Comité" in text for text in texts)
    assert any(text.startswith("Advertencia: Las medidas son del estudio fundador") for text in texts)
    assert pdf(paper).startswith(b"%PDF")


def test_the_half_year_report_tells_what_was_done_between_its_ends(folder: Path, small_edition: Edition) -> None:
    before = looked(folder, small_edition, dt.date(2014, 6, 30))
    after = looked(folder, small_edition, dt.date(2014, 12, 31))
    paper = half_year_report(before, after, "2014-H2", "7:ab12")
    assert "7:ab12" in paper.parts[-1].text
    grid = next(part for part in paper.parts if isinstance(part, Grid))
    rows = {row[1]: tuple(cell.replace("\u00a0", " ") for cell in row) for row in grid.rows}
    assert rows["Ordenanza de horarios"][2:] == ("0 %", "100 %", "100 %", "sí", "–")
    sessions = rows["Sesiones mensuales con quórum"]
    assert sessions[2:4] == ("42 %", "67 %")
    assert sessions[5:] == ("no", "PEN 15,400")


COMMITTEE = {
    "on": "2015-06-30",
    "level": "provincial",
    "illustrative": None,
    "attendance": [],
    "changes": [],
    "sittings": [
        {"id": "2015-1", "kind": "ordinary", "held_on": "2015-05-04", "seats": 3, "present": 2, "needed": 2}
        | {"quorate": True, "absent": [{"es": "Fiscal", "en": "Prosecutor"}]}
    ],
    "agreements": [
        {"id": "2015-1-1", "text": {"es": "Alumbrar", "en": "Light it"}, "owner": {"es": "Alcalde", "en": "Mayor"}}
        | {"due": "2015-06-01", "agreed_on": "2015-05-04", "state": "overdue", "days_late": 29, "followed": []}
    ],
    "periods": [],
    "head": "7:0000",
}


@pytest.mark.parametrize(
    ("language", "words"), [("es", ("Alumbrar", "Homicidios por año")), ("en", ("Light it", "Year"))]
)
def test_the_bulletin_prints_figures_answers_and_the_head_of_the_log(
    small_edition: Edition, language: str, words: tuple[str, ...]
) -> None:
    reader = Reader(replace(small_edition, committee=COMMITTEE), language)
    year = reader.full_years()[-1]
    for head, told in (
        ("12:9f3a", "--head 12:9f3a"),
        ("", {"es": "no tiene todavía oficina", "en": "no office"}[language]),
    ):
        paper = bulletin(reader, head)
        read = docx.Document(io.BytesIO(word(paper)))
        text = "\n".join([p.text for p in read.paragraphs] + [c.text for t in read.tables for c in t._cells])
        for wanted in (*words, told, year, str(reader.figure("homicides", year).count)):
            assert wanted in text, wanted
        assert pdf(paper).startswith(b"%PDF-")
