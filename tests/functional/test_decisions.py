"""Decisions of people hold at every build, and a ledger that was tampered with stops it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from convive.register.ledger import Decision, append, record_names

AT = dt.datetime(2026, 3, 5, 15, tzinfo=dt.UTC)


def decide(city: Any, kind: str, *records: str, reason: str) -> None:
    append(city.folder / "decisions", Decision(kind, records, "secretaria", AT, reason))


def test_what_people_decide_holds_at_every_build(city: Any) -> None:
    assert city.run("build", "--until", "data").code == 0
    before = city.table("cases").height
    first, second = record_names(city.table("records"))[:2]
    decide(city, "same", first, second, reason="same_person")
    assert city.run("build", "--until", "data").code == 0
    assert city.table("cases").height == before - 1
    assert "decision" in city.table("case_records")["joined_by"].cast(str).to_list()
    city.delivery.rename(city.delivery.with_name("hechos-2.csv"))
    assert city.run("build", "--until", "data").code == 0
    assert city.table("cases").height == before - 1


def test_without_decisions_a_build_is_as_before(city: Any) -> None:
    city.run("build", "--until", "data")
    before = city.bytes()
    (city.folder / "decisions").mkdir()
    city.run("build", "--until", "data")
    assert city.bytes() == before


def test_a_ledger_edited_by_hand_stops_the_build_and_names_the_line(city: Any) -> None:
    city.run("build", "--until", "data")
    before = city.bytes()
    for number in range(20):
        decide(city, "same", f"policia:{number}", f"morgue:{number}", reason="same_person")
    path = city.folder / "decisions" / "decisions.jsonl"
    lines = path.read_text("utf-8").splitlines()
    lines[16] = lines[16].replace("secretaria", "nadie")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    for command in ("build", "check"):
        answer = city.run(command)
        assert answer.code == 1
        answer.says("decisions/decisions.jsonl:17", "su huella no sigue")
    assert city.bytes() == before


def test_a_decision_about_a_record_that_is_gone_is_told_and_kept(city: Any) -> None:
    decide(city, "same", "policia:gone", "morgue:gone", reason="same_person")
    assert city.run("build", "--until", "figures").code == 0
    city.run("check").says("decisions/decisions.jsonl:1", "morgue:gone, policia:gone", "ya no llega")
