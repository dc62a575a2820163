"""Evidence: only rows that fit their activity count, once a second person confirmed them, and none can be changed."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest

from convive.errors import BuildError, ObservatoryError, PlanError
from convive.strategy import evidence
from convive.strategy.plan import Plan
from convive.strategy.progress import of_activity, of_measure

ON = dt.date(2015, 6, 30)


def row(activity: str, kind: str, dated: str, **values: str) -> dict[str, str]:
    """A row of the ledger as somebody would attach it."""
    told = {"recorded_on": dated, "act": "attach", "activity": activity, "kind": kind, "dated": dated}
    return told | {"title": "Acta", "public": "", "by": "secretary"} | values


def attach_and_confirm(folder: Path, plan: Plan, told: dict[str, str]) -> str:
    line = evidence.attach(folder, plan, told)
    evidence.attach(
        folder, plan, {"recorded_on": told["recorded_on"], "act": "confirm", "refers": line.id, "by": "analyst"}
    )
    return line.id


def test_progress_is_the_share_of_evidence_that_counts(folder: Path, plan: Plan) -> None:
    for month in (2, 3, 4):
        attach_and_confirm(folder, plan, row("sessions", "minute", f"2014-{month:02}-20"))
    attach_and_confirm(folder, plan, row("joint-plan", "document", "2014-05-29"))
    ledger = evidence.load(folder, plan)
    found = of_measure(plan.measures["activate-committee"], ledger, on=ON)
    assert [one.share for one in found.activities] == [3 / 12, 1 / 2]
    assert found.share == pytest.approx((3 / 12 + 1 / 2) / 2)
    assert [one.state for one in found.activities] == ["overdue", "overdue"]


def test_more_of_one_kind_does_not_stand_in_for_another(folder: Path, plan: Plan) -> None:
    for _ in range(4):
        attach_and_confirm(folder, plan, row("joint-plan", "document", "2014-05-29"))
    assert of_activity(plan.activities["joint-plan"], evidence.load(folder, plan), on=ON).share == 0.5


def test_unconfirmed_evidence_moves_nothing_until_another_person_confirms_it(folder: Path, plan: Plan) -> None:
    line = evidence.attach(folder, plan, row("sessions", "minute", "2014-02-20"))
    assert of_activity(plan.activities["sessions"], evidence.load(folder, plan), on=ON).share == 0
    own = {"recorded_on": "2014-02-21", "act": "confirm", "refers": line.id, "by": "secretary"}
    with pytest.raises(PlanError) as refused:
        evidence.attach(folder, plan, own)
    assert [problem.code for problem in refused.value.problems] == ["evidence-own"]
    evidence.attach(folder, plan, own | {"by": "analyst"})
    assert evidence.load(folder, plan).evidence[0].counts == dt.date(2014, 2, 21)


def test_withdrawn_evidence_counts_no_more_from_that_day_on(folder: Path, plan: Plan) -> None:
    name = attach_and_confirm(folder, plan, row("sessions", "minute", "2014-02-20"))
    evidence.attach(folder, plan, {"recorded_on": "2014-05-01", "act": "withdraw", "refers": name, "by": "analyst"})
    ledger = evidence.load(folder, plan)
    activity = plan.activities["sessions"]
    assert of_activity(activity, ledger, on=dt.date(2014, 4, 30)).share > 0
    assert of_activity(activity, ledger, on=dt.date(2014, 5, 1)).share == 0
    assert ledger.days(["sessions"]) == [dt.date(2014, 2, 20), dt.date(2014, 5, 1)]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (row("nothing", "minute", "2014-02-20"), "evidence-activity"),
        (row("sessions", "document", "2014-02-20"), "evidence-kind"),
        (row("sessions", "minute", "2013-12-20"), "evidence-early"),
        (row("sessions", "minute", "2014-02-20", recorded_on="2014-02-19"), "evidence-future"),
        (row("sessions", "minute", "soon", recorded_on="2014-02-19"), "evidence-day"),
        (row("sessions", "minute", "2014-02-20", quantity="-3"), "evidence-quantity"),
        (row("sessions", "minute", "2014-02-20", quantity="nan"), "evidence-quantity"),
        (row("sessions", "minute", "2014-02-20", quantity="12"), "evidence-piece"),
        (row("joint-plan", "document", "2014-05-29", quantity="0.5"), "evidence-piece"),
        (row("sessions", "spending", "2014-02-20", quantity="10"), "evidence-source"),
        (row("sessions", "minute", "2014-02-20", title=" "), "evidence-title"),
        (row("sessions", "minute", "2014-02-20", by=""), "evidence-by"),
        (row("sessions", "minute", "2014-02-20", file="../../etc/passwd"), "evidence-file"),
        (row("sessions", "minute", "2014-02-20", act="erase"), "evidence-act"),
        ({"recorded_on": "2014-02-20", "act": "withdraw", "refers": "0" * 12, "by": "x"}, "evidence-refers"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_reason(
    folder: Path, plan: Plan, told: dict[str, str], code: str
) -> None:
    with pytest.raises(PlanError) as refused:
        evidence.attach(folder, plan, told)
    assert code in [problem.code for problem in refused.value.problems]
    assert not (folder / evidence.FILE).exists()


def test_a_file_is_accepted_only_under_its_own_digest(folder: Path, plan: Plan) -> None:
    content = b"%PDF-1.7 minute"
    name = f"{hashlib.sha256(content).hexdigest()}.pdf"
    (folder / evidence.FILES).mkdir()
    (folder / evidence.FILES / name).write_bytes(content)
    evidence.attach(folder, plan, row("sessions", "minute", "2014-02-20", file=name))
    assert evidence.load(folder, plan).evidence[0].file == name
    with pytest.raises(PlanError) as again:
        evidence.attach(folder, plan, row("sessions", "minute", "2014-03-20", file=name, title="Otra"))
    assert [problem.code for problem in again.value.problems] == ["evidence-twice"]
    wrong = {"recorded_on": "2014-03-21", "act": "withdraw", "refers": evidence.load(folder, plan).evidence[0].id}
    evidence.attach(folder, plan, wrong | {"by": "secretary"})
    evidence.attach(folder, plan, row("sessions", "minute", "2014-03-21", file=name, title="Otra"))


@pytest.mark.parametrize("harm", ["changed", "cut", "swapped"])
def test_a_row_changed_cut_or_moved_by_hand_is_named(folder: Path, plan: Plan, harm: str) -> None:
    for month in (2, 3, 4):
        evidence.attach(folder, plan, row("sessions", "minute", f"2014-{month:02}-20"))
    path = folder / evidence.FILE
    lines = path.read_text("utf-8").splitlines(keepends=True)
    if harm == "changed":
        lines[2] = lines[2].replace("2014-03-20", "2014-03-21", 1)
    elif harm == "cut":
        del lines[2]
    else:
        lines[2], lines[3] = lines[3], lines[2]
    path.write_text("".join(lines), "utf-8")
    with pytest.raises(ObservatoryError) as broken:
        evidence.load(folder, plan)
    assert [(problem.code, problem.row) for problem in broken.value.problems] == [("chained-broken", 3)]


def test_a_torn_last_line_is_told_and_a_line_break_never_written(folder: Path, plan: Plan) -> None:
    with pytest.raises(BuildError):
        evidence.attach(folder, plan, row("sessions", "minute", "2014-02-20", title="one\ntwo"))
    evidence.attach(folder, plan, row("sessions", "minute", "2014-02-20", title='Acta «uno», "dos"'))
    assert evidence.load(folder, plan).evidence[0].title == 'Acta «uno», "dos"'
    path = folder / evidence.FILE
    path.write_text(path.read_text("utf-8")[:-9], "utf-8")
    with pytest.raises(ObservatoryError):
        evidence.load(folder, plan)
