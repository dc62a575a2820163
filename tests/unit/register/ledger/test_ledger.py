"""The ledger of human decisions: append-only, chained, applied to every later delivery, honest about its faults."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from convive.errors import BuildError
from convive.register import Register, build_register
from convive.register.ledger import (
    AlreadyDecided,
    Decision,
    Ledger,
    append,
    applied,
    contradictions,
    read,
    record_names,
)

MakeRecords = Callable[..., pl.DataFrame]
AT = dt.datetime(2026, 3, 5, 15, tzinfo=dt.UTC)

ANA = {"full_name": "RUIZ ANA", "source_record_number": "PNP-17/A", "occurred_on": dt.date(2014, 3, 1), "sex": "female"}
ANITA = ANA | {"source_id": "morgue", "full_name": "RUIS ANITA", "source_record_number": "PM-3"}
ROSA = {
    "source_id": "mpfn",
    "full_name": "SOTO ROSA",
    "source_record_number": "CF-9",
    "occurred_on": dt.date(2014, 8, 1),
}


def decided(kind: str, *records: str, minute: int = 0, **more: Any) -> Decision:
    reason = {"same": "same_person", "not_same": "other_person", "value": "error_of_source", "annulled": "not_a_death",
              "reclassified": "necropsy", "withdrawn": "changed_mind"}[kind]  # fmt: skip
    return Decision(kind, records, "secretaria", AT + dt.timedelta(minutes=minute), more.pop("reason", reason), **more)


@pytest.fixture
def records(make_records: MakeRecords) -> pl.DataFrame:
    return make_records(ANA, ANITA, ROSA)


@pytest.fixture
def names(records: pl.DataFrame) -> list[str]:
    return record_names(records).to_list()


def built(records: pl.DataFrame, folder: Path) -> Register:
    return build_register(records, ledger=read(folder))


def test_without_decisions_these_are_three_cases(records: pl.DataFrame, tmp_path: Path) -> None:
    assert built(records, tmp_path).cases.height == 3


def test_what_people_join_is_one_case(records: pl.DataFrame, names: list[str], tmp_path: Path) -> None:
    append(tmp_path, decided("same", names[0], names[1]))
    register = built(records, tmp_path)
    assert register.cases.height == 2
    assert register.summary.joined_by["decision"] == 2


def test_what_people_hold_apart_no_rule_joins(make_records: MakeRecords, tmp_path: Path) -> None:
    one = {"identity_number": "41234567", "sex": "male", "occurred_on": dt.date(2014, 3, 1)}
    records = make_records(
        one | {"source_record_number": "A-7"}, one | {"source_id": "morgue", "source_record_number": "B-7"}
    )
    assert built(records, tmp_path).cases.height == 1
    append(tmp_path, decided("not_same", *record_names(records)))
    assert built(records, tmp_path).cases.height == 2


def test_a_third_record_stays_with_the_one_to_which_more_binds_it(make_records: MakeRecords, tmp_path: Path) -> None:
    person = {"identity_number": "41234567", "sex": "male", "occurred_on": dt.date(2014, 3, 1)}
    records = make_records(
        person | {"source_record_number": "A-7"},
        person | {"source_record_number": "A-7", "row": 9},
        person | {"source_id": "morgue", "source_record_number": "B-7"},
    )
    names = record_names(records).to_list()
    append(tmp_path, decided("not_same", names[0], names[2]))
    register = built(records, tmp_path)
    cases = dict(zip(register.case_records["record_id"], register.case_records["case_id"], strict=True))
    of = [cases[record] for record in records["record_id"]]
    assert of[0] == of[1] != of[2]


def test_a_later_delivery_of_the_same_records_keeps_the_decisions(
    records: pl.DataFrame, names: list[str], tmp_path: Path
) -> None:
    append(tmp_path, decided("same", names[0], names[1]))
    later = records.with_columns(
        file=pl.lit("entrega-2.csv"), file_sha256=pl.lit("1" * 64), row=pl.col("row") + 40,
        record_id=pl.concat_str(pl.lit("later:"), "row"),
    )[::-1]  # fmt: skip
    assert sorted(record_names(later)) == sorted(names)
    assert built(later.cast(dict(records.schema)), tmp_path).cases.height == 2


def test_numbers_that_only_count_rows_name_nobody(make_records: MakeRecords) -> None:
    first = make_records(ANA | {"source_record_number": "1"}, ROSA | {"source_id": "pnp", "source_record_number": "2"})
    later = make_records(ROSA | {"source_id": "pnp", "source_record_number": "1"}, ANA | {"source_record_number": "2"})
    assert record_names(first).to_list() == record_names(later).to_list()[::-1]


def test_names_of_records_tell_of_nobody(names: list[str]) -> None:
    assert not any(word in name.upper() for name in names for word in ("RUIZ", "ANA", "PNP-17"))


def test_a_corrected_value_says_that_people_decided_it(records: pl.DataFrame, names: list[str], tmp_path: Path) -> None:
    append(tmp_path, decided("value", names[0], field="age_years", value="31"))
    append(tmp_path, decided("value", names[0], field="occurred_on", value="2014-03-02"))
    append(tmp_path, decided("reclassified", names[0], field="mechanism", value="firearm"))
    cases = built(records, tmp_path).cases.filter(pl.col("sources").list.contains("pnp"))
    assert cases.select("age_years", "occurred_on", "mechanism").row(0) == (31.0, dt.date(2014, 3, 2), "firearm")
    assert cases.select(pl.col("age_years_source", "mechanism_source").cast(pl.String)).row(0) == ("decision",) * 2
    assert cases["status"].cast(pl.String).to_list() == ["revised"]


def test_a_reclassified_intent_moves_the_case_in_or_out_of_the_count(make_records: MakeRecords, tmp_path: Path) -> None:
    records = make_records(ANA | {"intent": "intentional"})
    assert built(records, tmp_path).cases["figure_in_ceic"].to_list() == [True]
    append(tmp_path, decided("reclassified", *record_names(records), field="intent", value="self_harm"))
    assert built(records, tmp_path).cases["figure_in_ceic"].to_list() == [False]


def test_an_annulled_case_stays_and_counts_nowhere(make_records: MakeRecords, tmp_path: Path) -> None:
    records = make_records(ANA | {"intent": "intentional"})
    append(tmp_path, decided("annulled", *record_names(records)))
    cases = built(records, tmp_path).cases
    assert cases["status"].cast(pl.String).to_list() == ["annulled"]
    assert not cases.select(pl.any_horizontal(pl.col("^figure_in_.*$"))).to_series().any()


def test_nothing_is_decided_twice(names: list[str], tmp_path: Path) -> None:
    line = append(tmp_path, decided("same", names[0], names[1]))
    with pytest.raises(AlreadyDecided) as told:
        append(tmp_path, decided("not_same", names[1], names[0]))
    assert "secretaria" in told.value.describe("es")
    assert "son la misma muerte" in told.value.describe("es")
    assert "they are one death" in told.value.describe("en")
    append(tmp_path, decided("withdrawn", withdraws=line.hash))
    append(tmp_path, decided("not_same", names[1], names[0]))
    assert [line.decision.kind for line in read(tmp_path).standing] == ["not_same"]


def test_contradictory_decisions_are_found_and_none_of_them_applied(
    records: pl.DataFrame, names: list[str], tmp_path: Path
) -> None:
    append(tmp_path, decided("same", names[0], names[1]))
    append(tmp_path, decided("same", names[1], names[2], minute=1))
    append(tmp_path, decided("not_same", names[0], names[2], minute=2))
    (one,) = contradictions(read(tmp_path).standing)
    assert [line.number for line in one.lines] == [1, 2, 3]
    register = built(records, tmp_path)
    assert register.cases.height == 3
    (problem,) = register.problems
    assert (problem.code, problem.row) == ("ledger-contradiction", 3)
    assert "decisions.jsonl:1, decisions.jsonl:2" in problem.reason("es")


def test_a_line_about_a_record_that_is_gone_is_kept_and_told(
    records: pl.DataFrame, names: list[str], tmp_path: Path
) -> None:
    append(tmp_path, decided("same", names[0], "morgue:gone"))
    (problem,) = applied(records, read(tmp_path)).problems
    assert (problem.code, problem.row, problem.value) == ("ledger-record-gone", 1, "morgue:gone")
    assert len(read(tmp_path).lines) == 1


def edited(folder: Path, number: int, change: Callable[[str], str]) -> Ledger:
    path = folder / "decisions.jsonl"
    lines = path.read_text("utf-8").splitlines()
    lines[number - 1] = change(lines[number - 1])
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return read(folder)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda line: line[:-9], "ledger-line"),
        (lambda line: line.replace("secretaria", "otra"), "ledger-changed"),
        (lambda line: line.replace('"kind":"same"', '"kind":"igual"'), "decision-kind"),
        (lambda line: line.replace("same_person", "porque_si"), "decision-reason"),
        (lambda line: line.replace('"by":"secretaria",', ""), "decision-lacks"),
        (lambda line: line.replace("+00:00", ""), "decision-time"),
        (lambda line: line.replace('"kind"', '"clase":"x","kind"'), "ledger-unknown-key"),
        (lambda line: "[]", "ledger-line"),
    ],
)
def test_a_ledger_edited_by_hand_on_line_17_is_named(change: Callable[[str], str], code: str, tmp_path: Path) -> None:
    for number in range(20):
        append(tmp_path, decided("same", f"pnp:{number}", f"morgue:{number}", minute=number))
    ledger = edited(tmp_path, 17, change)
    assert (ledger.problems[0].code, ledger.problems[0].file, ledger.problems[0].row) == (code, "decisions.jsonl", 17)
    with pytest.raises(BuildError):
        append(tmp_path, decided("same", "pnp:99", "morgue:99"))


def test_a_line_taken_out_is_noticed(tmp_path: Path) -> None:
    for number in range(5):
        append(tmp_path, decided("same", f"pnp:{number}", f"morgue:{number}"))
    path = tmp_path / "decisions.jsonl"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:2] + lines[3:]), "utf-8")
    assert [(problem.code, problem.row) for problem in read(tmp_path).problems] == [("ledger-changed", 3)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"records": ("a",)},
        {"records": ("a", "a")},
        {"by": " "},
        {"reason": ""},
        {"reason": "other"},
        {"kind": "value", "records": ("a",), "field": "full_name", "value": "X"},
        {"kind": "value", "records": ("a",), "field": "mechanism", "value": "cañón"},
        {"kind": "value", "records": ("a",), "field": "occurred_on", "value": "31/02/2014"},
        {"kind": "reclassified", "records": ("a",), "field": "age_years", "value": "3", "reason": "agreed"},
        {"kind": "withdrawn", "records": (), "reason": "changed_mind"},
    ],
)
def test_a_decision_that_is_not_whole_is_not_written(wrong: dict[str, Any], tmp_path: Path) -> None:
    whole = {"kind": "same", "records": ("a", "b"), "by": "x", "at": AT, "reason": "same_person"}
    kind = wrong.get("kind", "same")
    reason = {"value": "error_of_source"}.get(kind, whole["reason"])
    with pytest.raises(BuildError):
        append(tmp_path, Decision(**{**whole, "reason": reason, **wrong}))
    assert not (tmp_path / "decisions.jsonl").exists() or not (tmp_path / "decisions.jsonl").read_text("utf-8")


WRITER = """
import datetime as dt, sys
from pathlib import Path
from convive.register.ledger import Decision, append
for number in range(25):
    append(Path(sys.argv[1]), Decision("same", (f"a:{sys.argv[2]}-{number}", "b:1"), sys.argv[2],
        dt.datetime(2026, 3, 5, tzinfo=dt.UTC), "same_person"))
"""


def test_two_laptops_at_once_lose_no_decision(tmp_path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name]) for name in ("una", "dos")]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    ledger = read(tmp_path)
    assert ledger.problems == ()
    assert len(ledger.lines) == 50
    assert {line.decision.by for line in ledger.lines} == {"una", "dos"}


def test_the_file_is_plain_json_and_its_owner_s_alone(names: list[str], tmp_path: Path) -> None:
    append(tmp_path, decided("same", names[0], names[1], words="La madre lo confirmó"))
    path = tmp_path / "decisions.jsonl"
    assert json.loads(path.read_text("utf-8"))["words"] == "La madre lo confirmó"
    assert path.stat().st_mode & 0o077 == 0


def test_a_clock_that_steps_back_breaks_no_chain(tmp_path: Path) -> None:
    for at, minute in enumerate((10, 5, 7, 1)):
        append(tmp_path, decided("same", f"a:{at}", f"b:{at}", minute=minute))
    assert read(tmp_path).problems == ()
    assert len(read(tmp_path).lines) == 4


def test_a_file_whose_last_line_lost_its_end_goes_on_in_a_new_line(tmp_path: Path) -> None:
    append(tmp_path, decided("same", "a:1", "b:1"))
    path = tmp_path / "decisions.jsonl"
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    second = append(tmp_path, decided("same", "a:2", "b:2", minute=1))
    assert read(tmp_path).problems == ()
    assert second.number == 2


@pytest.mark.parametrize(
    "line",
    [
        '{"kind":"same","records":["a:1","b:\\ud800"],"by":"x","at":"2026-01-01T00:00:00+00:00","reason":"same_person",'
        '"previous":"0","hash":"0"}',
        "[" * 100_000,
        '{"kind":"same","records":["a:1","b:1"],"by":"x","at":"0001-01-01T00:00:00+05:00","reason":"same_person",'
        '"previous":"0","hash":"0"}',
    ],
)
def test_a_line_that_no_ledger_holds_is_named_and_stops_nothing(line: str, tmp_path: Path) -> None:
    (tmp_path / "decisions.jsonl").write_text(line + "\n", "utf-8")
    assert [(one.file, one.row) for one in read(tmp_path).problems] == [("decisions.jsonl", 1)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("age_years", "nan"),
        ("age_years", "-500"),
        ("age_years", "1e999"),
        ("injuries", "99999999999999999999"),
        ("occurred_on", "9999-12-31"),
        ("occurred_on", "0001-01-01"),
        ("occurred_time", "10:00+05:00"),
        ("longitude", "200"),
    ],
)
def test_a_value_that_no_victim_can_have_is_not_written(field: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(BuildError) as refused:
        append(tmp_path, decided("value", "a:1", field=field, value=value))
    assert [one.code for one in refused.value.problems] == ["decision-value"]


def test_every_chain_that_contradicts_is_in_dispute_not_the_shortest_alone(
    make_records: MakeRecords, tmp_path: Path
) -> None:
    people = [ROSA | {"source_record_number": f"CF-{at}/A", "full_name": name} for at, name in enumerate("ABCD")]
    records = make_records(*people)
    a, b, c, d = record_names(records).to_list()
    for minute, pair in enumerate(((a, b), (b, c), (a, d), (d, c))):
        append(tmp_path, decided("same", *pair, minute=minute))
    append(tmp_path, decided("not_same", a, c, minute=9))
    assert applied(records, read(tmp_path)).joined.is_empty()


def test_decisions_outlive_a_delivery_that_shows_that_numbers_count_no_rows(
    make_records: MakeRecords, tmp_path: Path
) -> None:
    first = [ROSA | {"source_record_number": str(3 * at + 1), "full_name": f"SOTO {at}"} for at in range(10)]
    more = [ROSA | {"source_record_number": str(3 * at + 2), "full_name": f"RIOS {at}"} for at in range(10)]
    names = record_names(make_records(*first)).to_list()
    append(tmp_path, decided("same", names[0], names[1]))
    told = applied(make_records(*first, *more), read(tmp_path))
    assert told.problems == ()
    assert told.joined.rows() == [(0, 1)]


def test_decisions_outlive_a_registration_that_moved_to_the_next_year(
    make_records: MakeRecords, tmp_path: Path
) -> None:
    before = make_records(ANA | {"registered_on": dt.date(2014, 12, 30)}, ROSA)
    append(tmp_path, decided("not_same", *record_names(before).to_list()))
    after = make_records(ANA | {"registered_on": dt.date(2015, 1, 2)}, ROSA)
    assert applied(after, read(tmp_path)).problems == ()


def test_a_case_that_was_annulled_and_took_in_another_death_is_told(make_records: MakeRecords, tmp_path: Path) -> None:
    records = make_records(ANA, ANITA, ROSA)
    ana, anita, rosa = record_names(records).to_list()
    append(tmp_path, decided("same", ana, anita))
    append(tmp_path, decided("annulled", ana, anita, minute=1))
    append(tmp_path, decided("same", anita, rosa, minute=2))
    assert [one.code for one in built(records, tmp_path).problems] == ["case-annulled-grew"]


def test_two_values_decided_of_what_became_one_case_are_told(
    records: pl.DataFrame, names: list[str], tmp_path: Path
) -> None:
    append(tmp_path, decided("value", names[0], field="age_years", value="30"))
    append(tmp_path, decided("value", names[1], field="age_years", value="50", minute=1))
    assert built(records, tmp_path).problems == ()
    append(tmp_path, decided("same", names[0], names[1], minute=2))
    register = built(records, tmp_path)
    assert [(one.code, one.row) for one in register.problems] == [("case-decided-twice", 2)]


def test_a_value_is_not_decided_again_under_another_record_of_the_case(names: list[str], tmp_path: Path) -> None:
    append(tmp_path, decided("value", names[1], names[0], field="age_years", value="30"))
    with pytest.raises(AlreadyDecided):
        append(tmp_path, decided("value", names[0], field="age_years", value="50", minute=1))


def test_a_death_reclassified_as_suicide_leaves_every_count_of_homicides(
    make_records: MakeRecords, tmp_path: Path
) -> None:
    records = make_records(ANA | {"intent": "intentional", "iccs_code": "0101"})
    assert built(records, tmp_path).cases["figure_in_iccs_0101"].to_list() == [True]
    name = record_names(records)[0]
    append(tmp_path, decided("reclassified", name, field="intent", value="self_harm"))
    cases = built(records, tmp_path).cases
    assert cases.select("figure_in_iccs_0101", "figure_in_bogota", "figure_in_ceic").row(0) == (False, False, False)
