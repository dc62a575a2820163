"""Forms that ask for people are refused; exports are read, and what cannot be used is told with its place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from convive.errors import SourceFileError, VoiceError
from convive.observatory import Bilingual
from convive.voice.questionnaires.exports import Names, read_export, read_names
from convive.voice.questionnaires.linter import lint
from convive.voice.reports.catalogue import Category

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
BOTH = Bilingual(es="Luz apagada", en="Street light out")
CATEGORIES = {"street-light": Category(code="street-light", name=BOTH, description=BOTH, group=BOTH)}
FINE = [
    ("today", "today", ""),
    ("select_one problema", "tipo", "¿Qué pasa?"),
    ("text", "nombre_lugar", "Nombre del lugar"),
    ("geopoint", "ubicacion", "¿Dónde?"),
    ("text", "detalle", "Cuéntenos más"),
]


@pytest.fixture
def form(tmp_path: Path) -> Callable[..., Path]:
    def make(*rows: tuple[str, ...], settings: dict[str, str] | None = None, header: tuple[str, ...] = ()) -> Path:
        book = Workbook()
        survey = book.active
        assert survey is not None
        survey.title = "survey"
        more = ("calculation", "bind::jr:preload", "bind::jr:preloadParams", "bind::calculate")
        survey.append(header or ("type", "name", "label::Español (es)", *more))
        for row in rows:
            survey.append(row)
        if settings is not None:
            sheet = book.create_sheet("settings")
            sheet.append(list(settings))
            sheet.append(list(settings.values()))
        path = tmp_path / "form.xlsx"
        book.save(path)
        return path

    return make


def test_a_form_that_asks_nobody_who_they_are_is_fine(form: Callable[..., Path]) -> None:
    assert lint(form(*FINE)) == []


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("deviceid", "deviceid"), "form-type"),
        (("phonenumber", "p"), "form-type"),
        (("phone number", "p"), "form-type"),
        (("sim serial", "s"), "form-type"),
        (("subscriberid", "s"), "form-type"),
        (("username", "u"), "form-type"),
        (("email", "e"), "form-type"),
        (("audit", "audit"), "form-type"),
        (("start-geopoint", "g"), "form-type"),
        (("background-geopoint", "g"), "form-type"),
        (("background-audio", "a"), "form-type"),
        (("geotrace", "camino"), "form-type"),
        (("start", "start"), "form-moment"),
        (("end", "end"), "form-moment"),
        (("calculate", "x", "", "property('deviceid')"), "form-property"),
        (("calculate", "x", "", "concat(${username}, 'a')"), "form-property"),
        (("calculate", "x", "", "jr://property/phonenumber"), "form-property"),
        (("text", "x", "", "", "property", "deviceid"), "form-property"),
        (("text", "x", "", "", "", "", "property('email')"), "form-property"),
        (("text", "q1", "Su nombre y apellidos"), "form-asks-person"),
        (("text", "q1", "Números de celulares"), "form-asks-person"),
        (("text", "e_mail", "¿Cómo lo ubicamos?"), "form-asks-person"),
        (("text", "q1", "IMEI del equipo"), "form-asks-person"),
        (("text", "q1", "Your name"), "form-asks-person"),
        (("integer", "dni", "Documento"), "form-asks-person"),
        (("text", "q2", "¿Cuál es su TELÉFONO?"), "form-asks-person"),
        (("image", "foto", "Una foto"), "form-open"),
        (("audio", "voz", "Cuente"), "form-open"),
    ],
)
def test_what_identifies_is_refused_with_its_row(form: Callable[..., Path], row: tuple[str, ...], code: str) -> None:
    found = lint(form(*FINE, row))
    assert [(one.code, one.row) for one in found] == [(code, len(FINE) + 2)]
    assert all(one.reason(language) and one.remedy(language) for one in found for language in ("es", "en"))


def test_an_encrypted_form_may_take_photos_and_settings_are_looked_at(form: Callable[..., Path]) -> None:
    photo = ("image", "foto", "Una foto")
    assert lint(form(*FINE, photo, settings={"form_id": "x", "public_key": "MIIB"})) == []
    found = lint(form(*FINE, settings={"submission_url": "https://otro.example", "form_id": "x"}))
    assert [(one.code, one.column) for one in found] == [("form-setting", "submission_url")]


def test_an_end_of_group_is_no_moment(form: Callable[..., Path]) -> None:
    assert lint(form(("begin group", "g", "Lugar"), *FINE, ("end group",), ("end_repeat",))) == []


@pytest.mark.parametrize("content", [b"not a workbook", b"PK\x03\x04broken"])
def test_what_is_no_form_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "form.xlsx").write_bytes(content)
    with pytest.raises(VoiceError, match="no XLSForm"):
        lint(tmp_path / "form.xlsx")


def test_a_workbook_without_types_is_no_form(form: Callable[..., Path]) -> None:
    with pytest.raises(VoiceError, match="no XLSForm"):
        lint(form(("a", "b"), header=("clase", "name")))


KOBO = """\
start;username;grupo/tipo;detalle;ubicacion;_ubicacion_latitude;_ubicacion_longitude;_uuid;_submission_time;_submitted_by
2026-02-01;ana;Luz apagada;Poste roto;-3.56 -80.45 0 5;-3.56;-80.45;u1;2026-02-01T10:00:00;ana
2026-02-01;ana;street-light;;-3.57 -80.46 0 5;-3.57;-80.46;u2;2026-02-02T10:00:00;ana
2026-02-01;ana;bache;;-3.57 -80.46 0 5;-3.57;-80.46;u3;2026-02-02T10:00:00;ana
2026-02-01;ana;Street light out;;;;;u4;2026-02-02T10:00:00;ana
2026-02-01;ana;luz quemada;;;norte;-80;u5;2026-02-02T10:00:00;ana
2026-02-01;ana;luz quemada;;;-3.5;-80.4;u6;ayer;ana
2026-02-01;ana;luz quemada;;;-3.5;-80.4;u6;2026-02-03 09:30:00;ana
2026-02-01;ana;luz quemada;;;-3.5;-80.4;u6;2026-02-03T09:30:00;ana
2026-02-01;ana;luz quemada;;;0;0;u7;2026-02-03T09:30:00;ana
"""
ODK = """\
SubmissionDate,tipo,detalle,punto-Latitude,punto-Longitude,punto-Accuracy,meta-instanceID,KEY,SubmitterID,SubmitterName,DeviceID
2026-02-01T10:00:00.000Z,street-light,Poste,-3.56,-80.45,5,uuid:k1,uuid:k1,7,Ana,xyz
"""


def test_an_export_of_kobo(tmp_path: Path) -> None:
    (tmp_path / "kobo.csv").write_text(KOBO, "utf-8")
    names = Names(categories={"luz quemada": "street-light"})
    found = read_export(tmp_path / "kobo.csv", CATEGORIES, names, timezone="America/Lima", now=NOW)
    assert [one.key for one in found.reports] == ["u1", "u2", "u6"]
    first = found.reports[0]
    assert (first.category, first.words, first.latitude, first.longitude) == (
        "street-light",
        "Poste roto",
        -3.56,
        -80.45,
    )
    assert first.received == dt.datetime(2026, 2, 1, 15, tzinfo=dt.UTC)
    assert [(one.code, one.row) for one in found.rejects] == [
        ("export-category", 4),
        ("report-place-missing", 5),
        ("export-point", 6),
        ("export-date", 7),
        ("export-twice", 9),
        ("export-point", 10),
    ]
    assert [one.value for one in found.told if one.code == "export-personal"] == ["username", "_submitted_by"]
    assert "ana" not in repr(found.reports)


def test_rows_without_a_key_of_their_own_are_told_and_not_taken_for_one_another(tmp_path: Path) -> None:
    """All of them would be one report, and every later file's «known already»."""
    (tmp_path / "x.csv").write_text("_uuid,tipo,lugar\n,street-light,Plaza\nu2,street-light,Plaza\n,street-light,Sol\n")
    found = read_export(tmp_path / "x.csv", CATEGORIES, Names(), timezone="America/Lima", now=NOW)
    assert [one.key for one in found.reports] == ["u2"]
    assert [(one.code, one.row) for one in found.rejects] == [("export-keyless", 2), ("export-keyless", 4)]
    assert all(one.reason(language) and one.remedy(language) for one in found.rejects for language in ("es", "en"))


def test_an_export_of_odk_central(tmp_path: Path) -> None:
    (tmp_path / "odk.csv").write_text(ODK, "utf-8")
    found = read_export(tmp_path / "odk.csv", CATEGORIES, Names(), timezone="America/Lima", now=NOW)
    assert [(one.key, one.latitude) for one in found.reports] == [("k1", -3.56)]
    assert {one.value for one in found.told} == {"SubmitterID", "SubmitterName", "DeviceID"}


def test_a_file_without_category_or_place_is_refused_naming_what_it_has(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("_uuid,nota\nu1,hola\n", "utf-8")
    with pytest.raises(SourceFileError) as found:
        read_export(tmp_path / "x.csv", CATEGORIES, Names(), timezone="America/Lima", now=NOW)
    assert [one.value for one in found.value.problems] == ["category", "point"]
    assert "nota" in found.value.describe("en")


def test_the_city_names_its_own_columns(tmp_path: Path) -> None:
    (tmp_path / "import.toml").write_text(
        '[columns]\ncategory = ["nota"]\n[categories]\nhola = "street-light"\n', "utf-8"
    )
    (tmp_path / "x.csv").write_text("_uuid,nota,lugar\nu1,hola,Plaza de Armas\n", "utf-8")
    found = read_export(tmp_path / "x.csv", CATEGORIES, read_names(tmp_path), timezone="America/Lima", now=NOW)
    assert [(one.address, one.received, one.latitude) for one in found.reports] == [("Plaza de Armas", NOW, None)]
