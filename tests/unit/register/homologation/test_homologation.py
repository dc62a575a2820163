"""What people see at the homologation table, and what the minutes say of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from convive.register.homologation import Docket, Sides, compare, docket, minutes, no_longer_here, spoken, told
from convive.register.ledger import Decision, append, read, record_names
from convive.standard import links_schema

MakeRecords = Callable[..., pl.DataFrame]
AT = dt.datetime(2026, 3, 6, 2, tzinfo=dt.UTC)  # still the 5th in Lima


@pytest.fixture
def records(make_records: MakeRecords) -> pl.DataFrame:
    return make_records(
        {"full_name": "CÓRDOVA DIOSES, CARMEN", "sex": "female", "narrative": "Fue hallada en la playa Norte"},
        {"source_id": "morgue", "surname_1": "Cordova", "given_names": "Carmen", "sex": "female",
         "mechanism": "sharp", "narrative": "fue hallada en la playa sur"},
        {"source_id": "eess", "full_name": "SOTO ROSA", "mechanism": "firearm"},
    )  # fmt: skip


@pytest.fixture
def links(records: pl.DataFrame) -> pl.DataFrame:
    one, two, three = records["record_id"].to_list()
    rows = [
        (one, two, 0.9, "people", "sex=same:0.3;given=part:4.0"),
        (two, three, 0.1, "people", ""),
        (one, three, 0.99, "joined", ""),
    ]
    return pl.DataFrame(rows, schema=links_schema(), orient="row")


def on_table(records: pl.DataFrame, links: pl.DataFrame, ledger: Path, cases: str = "ABC") -> Docket:
    """The docket where the records belong to these cases."""
    ids = records["record_id"].to_list()
    sides = Sides(
        {record: at for at, record in enumerate(ids)},
        dict(zip(ids, record_names(records), strict=True)),
        dict(zip(ids, cases, strict=True)),
        records["source_id"].cast(pl.String).to_list(),
    )
    return docket(sides, links, read(ledger))


def called(records: pl.DataFrame, language: str) -> Callable[[str], str]:
    """How the table calls these records."""
    of = dict(zip(record_names(records), records.iter_rows(named=True), strict=True))
    return lambda name: spoken(of[name], language) if name in of else no_longer_here(name, language)


def test_a_record_is_called_by_its_file_number_else_by_its_row_and_never_by_the_victim(
    make_records: MakeRecords,
) -> None:
    person = {"full_name": "SOTO ROSA", "identity_number": "43211234", "victims_in_event": 2, "victim_no": 2}
    numbered, bare = make_records(person | {"source_record_number": "A-17"}, person).iter_rows(named=True)
    assert spoken(numbered, "es") == "pnp n.º A-17, víctima 2"
    assert spoken(bare, "en") == "pnp, row 3 of pnp.csv, victim 2"


def test_a_decision_taken_back_is_told_whole_and_a_record_that_is_gone_by_its_name(
    records: pl.DataFrame, tmp_path: Path
) -> None:
    names = tuple(sorted(record_names(records))[:1])
    append(tmp_path, Decision("same", (*names, "pnp:gone"), "ana", AT, "same_person"))
    first = read(tmp_path).lines[0]
    append(tmp_path, Decision("withdrawn", (), "ana", AT, "other", words="Otra vez", withdraws=first.hash))
    ledger = read(tmp_path)
    said = told(ledger.lines[1], "es", ledger, called(records, "es"))
    assert said.startswith(
        "Se retira la decisión «Son la misma muerte: eess, fila 4 de eess.csv; pnp, un registro que ya"
    )
    assert "(pnp:gone)" in said
    assert names[0] not in said


def test_the_likeliest_undecided_pair_comes_first_and_joined_ones_not_at_all(
    records: pl.DataFrame, links: pl.DataFrame, tmp_path: Path
) -> None:
    table = on_table(records, links, tmp_path)
    assert [one.probability for one in table.undecided] == [0.9, 0.1]
    assert table.decided == ()
    assert table.undecided[0].reasons[0].told("es") == "Unos nombres son parte de los otros, o están en otro orden"


def test_a_decided_pair_leaves_the_undecided_ones(records: pl.DataFrame, links: pl.DataFrame, tmp_path: Path) -> None:
    first = on_table(records, links, tmp_path).undecided[0]
    append(tmp_path, Decision("same", first.names, "ana", AT, "same_person"))
    table = on_table(records, links, tmp_path)
    assert [one.probability for one in table.undecided] == [0.1]
    assert [one.key for one in table.decided] == [first.key]
    assert table.after(first.key) == table.undecided[0]


def test_the_same_question_of_two_cases_is_asked_once_and_answered_once(
    make_records: MakeRecords, tmp_path: Path
) -> None:
    """Two records that are one case already, each beside a third: one question, whichever of them is answered."""
    people = [{"source_id": source, "full_name": f"SOTO {source}"} for source in ("pnp", "mpfn", "morgue")]
    records = make_records(*people)
    one, two, three = records["record_id"].to_list()
    rows = [(one, two, 0.99, "joined", ""), (one, three, 0.6, "people", ""), (two, three, 0.4, "people", "")]
    links = pl.DataFrame(rows, schema=links_schema(), orient="row")
    (asked,) = on_table(records, links, tmp_path, "AAB").undecided
    assert asked.probability == 0.6
    assert len(on_table(records, links, tmp_path, "ABC").undecided) == 2
    for kind, reason in (("same", "same_person"), ("not_same", "other_person")):
        folder = tmp_path / kind
        append(folder, Decision(kind, asked.names, "ana", AT, reason))
        assert on_table(records, links, folder, "AAB").undecided == ()
        assert [one.key for one in on_table(records, links, folder, "AAB").decided] == [asked.key]


def test_sides_are_compared_field_by_field_and_word_by_word(records: pl.DataFrame) -> None:
    rows = {row.field: row for row in compare(records.row(0, named=True), records.row(1, named=True), "es")}
    assert rows["full_name"].agreement == "alike"
    assert [word.text for word in rows["full_name"].left if not word.common] == ["DIOSES,"]
    assert rows["narrative"].agreement == "alike"
    assert [word.text for word in rows["narrative"].left if not word.common] == ["Norte"]
    assert [word.text for word in rows["narrative"].right if not word.common] == ["sur"]
    assert "motive" not in rows


def test_codes_agree_as_codes_whatever_words_stood_for_them(records: pl.DataFrame) -> None:
    one = records.row(1, named=True) | {"mechanism_raw": "CUCHILLO"}
    other = records.row(1, named=True) | {"mechanism_raw": "Arma blanca"}
    (row,) = [row for row in compare(one, other, "es") if row.field == "mechanism"]
    assert row.agreement == "same"


def test_minutes_say_who_was_there_what_was_decided_and_what_remains(
    records: pl.DataFrame, links: pl.DataFrame, tmp_path: Path
) -> None:
    table = on_table(records, links, tmp_path)
    append(tmp_path, Decision("not_same", table.undecided[0].names, "ana", AT, "namesakes"))
    table = on_table(records, links, tmp_path)
    of_day = minutes(dt.date(2026, 3, 5), ["Ana, PNP", "Luis, Fiscalía"], read(tmp_path), table, "America/Lima")
    spanish, english = (of_day.told(language, "Tumbes", called(records, language)) for language in ("es", "en"))
    assert "- Ana, PNP" in spanish
    assert "No son la misma muerte" in spanish
    assert "Homónimos" in spanish
    assert "QUEDAN POR RESOLVER: 1" in spanish
    assert "They are not one death" in english
    assert "CARMEN" not in spanish + english
    assert "No son la misma muerte: morgue, fila 3 de morgue.csv; pnp, fila 2 de pnp.csv. Motivo" in spanish
    assert minutes(dt.date(2026, 3, 6), [], read(tmp_path), table, "America/Lima").lines == ()
