"""What people do with the plan: permission, change of a file and line of the log, whoever calls.

A file cannot be part of the database's transaction. The rule: the file changes first, in one step; then the line is
written, which names the SHA-256 that each of the plan's files has after the act; then the transaction ends. Where the
line cannot be written, ``plan.toml`` is put back. Whatever else changes a file, a machine that stops in between or
somebody without the office, is found by the next act: the files are no longer as the last line left them, and a line
of its own says so before anything else is written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from django.core.exceptions import PermissionDenied
from django.db import transaction

from convive.errors import EvaluationError, PlanError, Problem
from convive.evaluation import registration as registrations
from convive.evaluation.registration import Entry, Registration, register
from convive.publication.papers import workbook_import
from convive.publication.papers.workbook_import import Difference
from convive.strategy import adding, decisions, editing, evidence, reading, review
from convive.strategy.adding import Side
from convive.strategy.chained import Row
from convive.strategy.decisions import Decision
from convive.strategy.editing import Kind, Values
from convive.strategy.plan import Plan
from convive.web.journal import one_at_a_time, record
from convive.web.journal.models import Line
from convive.web.office.guard import may, today
from convive.web.office.plan.desk import Desk, desk, names
from convive.web.office.plan.scope import WHOLE, Part, acts_on, part

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Addable = Literal["indicator", "objective", "body"]
EDIT, EVIDENCE, GATE = "plan.edit", "plan.evidence", "plan.gate"
FILES = (reading.FILE, evidence.FILE, decisions.FILE, registrations.FILE)
OUTSIDE = "(outside)"
"""Who changed a file where no account did."""
ACTS = (
    *("plan.changed", "plan.added", "plan.withdrawn", "plan.imported", "plan.changed_outside"),
    *("evidence.attached", "evidence.confirmed", "evidence.withdrawn", "gate.decided"),
    *("evaluation.registered", "evaluation.amended"),
)


def change(*, kind: Kind, name: str, values: Values, seen: str, reason: str, by: User) -> None:
    """Change a part of the plan for a ``reason``; the log keeps it, what stood before and what stands now."""
    with _changing(EDIT, by=by, act="plan.changed", subject=name, reason=reason, of=(kind, name)) as (here, told):
        _refuse_unreasoned(reason, name)
        found = editing.find(here.plan, kind, name)
        before = editing.told(found) if found is not None else {}
        if "evaluation" in values and not acts_on(by, EDIT, Part(tuple(values["evaluation"]["treated"]))):
            raise PermissionDenied
        editing.change(here.folder, kind, name, values, seen=seen, on=today(), **names())
        told["kind"] = kind
        told["changes"] = {
            key: [_text(before.get(key)), _text(value)] for key, value in values.items() if value != before.get(key)
        }


def add_activity(*, measure: str, values: Values, reason: str, by: User) -> None:
    """A new activity of a measure."""
    with _adding(EDIT, values, reason, by=by, of=("measure", measure)) as (here, told):
        adding.add_activity(here.folder, measure, values, **names())
        told |= {"kind": "activity", "measure": measure, "values": _text(values)}


def add_measure(*, values: Values, reason: str, by: User) -> None:
    """A new measure with its first activity, by whoever reaches the units in which it will be tried."""
    of = Part(tuple(values["evaluation"]["treated"]))
    with _adding(EDIT, values, reason, by=by, of=of) as (here, told):
        adding.add_measure(here.folder, values, on=today(), **names())
        told |= {"kind": "measure", "values": _text(values)}


def add_whole(*, kind: Addable, values: Values, reason: str, by: User) -> None:
    """A new indicator, objective or body, which concern the whole plan."""
    add = {"indicator": adding.add_indicator, "objective": adding.add_objective, "body": adding.add_body}[kind]
    with _adding(EDIT, values, reason, by=by) as (here, told):
        add(here.folder, values, **names())
        told |= {"kind": kind, "values": _text(values)}


def add_stage(*, values: Values, after: str, condition: Values | None, reason: str, by: User) -> None:
    """A new stage after the stage ``after``, beyond all that the plan has been in: what it went through stays as it
    was."""
    with _adding(EDIT, values, reason, by=by) as (here, told):
        _refuse_reached(here, after, itself=False)
        adding.add_stage(here.folder, values, after=after, condition=condition, on=today(), **names())
        told |= {"kind": "stage", "after": after, "values": _text(values), "condition": _text(condition)}


def add_condition(*, stage: str, side: Side, values: Values, reason: str, by: User) -> None:
    """A new condition of a gate that the plan has yet to pass, asked from today on."""
    with _adding(GATE, values, reason, by=by) as (here, told):
        _refuse_passed(here, stage)
        adding.add_condition(here.folder, stage, side, values, on=today(), **names())
        told |= {"kind": "condition", "stage": stage, "side": side, "values": _text(values)}


def withdraw_part(*, kind: adding.Part, name: str, reason: str, seen: str, by: User) -> None:
    """Withdraw a part of the plan; a condition of a gate is the committee's word on the gate too, and a stage goes only
    if the plan never came to it. A condition that keeps the plan where it is stays: whoever goes on without it skips
    it, by a decision with its document. What stood is kept in the log, and all of it in the plan."""
    permission, of = (GATE, None) if kind == "condition" else (EDIT, (kind, name))
    with _changing(permission, by=by, act="plan.withdrawn", subject=name, reason=reason, of=of) as (here, told):
        if kind == "stage":
            _refuse_reached(here, name, itself=True)
        if kind == "condition" and name in here.review.missing():
            raise PlanError(Problem("gate-withdraw-missing", value=name))
        adding.withdraw(here.folder, kind, name, reason=reason, seen=seen, on=today(), **names())
        told["kind"] = kind


def bring(*, changes: Sequence[Difference], reason: str, by: User) -> None:
    """Write what a workbook changes, as it was shown and accepted."""
    with _changing(EDIT, by=by, act="plan.imported", subject=reading.FILE, reason=reason) as (here, told):
        _refuse_unreasoned(reason, reading.FILE)
        workbook_import.apply(here.folder, list(changes))
        told["changes"] = [[one.sheet, one.row, one.column, one.before, one.after] for one in changes]


def attach(*, values: Mapping[str, str], by: User) -> Row:
    """Attach evidence to an activity. Its file, where it has one, is there already: one without a row says nothing."""
    name = values.get("activity", "")
    note, of = values.get("note", ""), ("activity", name)
    with _changing(EVIDENCE, by=by, act="evidence.attached", subject=name, reason=note, of=of) as (here, told):
        row = _add(here, by, values | {"act": "attach"})
        told |= {"evidence": row.id, "kind": values.get("kind", ""), "sha256": values.get("file", "").partition(".")[0]}
    return row


def refuse_unfit(*, here: Desk, values: Mapping[str, str], by: User) -> None:
    """Raise :class:`PlanError` for evidence that would not fit, before its file is kept: what nobody took stays
    nowhere."""
    pieces = {one.id: one for one in here.review.ledger.evidence}
    told = dict(values) | {"act": "attach"} | _recorded(by)
    wrong = list(evidence.faults(told, here.plan, pieces, None, here.folder / evidence.FILES))
    if wrong:
        raise PlanError(wrong)


def confirm(*, name: str, by: User) -> None:
    """The second person's word, with the document in view."""
    of = _proves(name)
    with _changing(EVIDENCE, by=by, act="evidence.confirmed", subject=name, of=of) as (here, _):
        _add(here, by, {"act": "confirm", "refers": name})


def withdraw(*, name: str, reason: str, by: User) -> None:
    """Take evidence back for a reason: the row stays and counts no longer. Who attached it may, and who edits the
    plan."""
    of = _proves(name)
    with _changing(EVIDENCE, by=by, act="evidence.withdrawn", subject=name, reason=reason, of=of) as (here, _):
        if not reason:
            raise PlanError(Problem("evidence-reason", column="reason"))
        found = next((one for one in here.review.ledger.evidence if one.id == name), None)
        if found is not None and found.by != by.get_username() and not _edits(here.plan, of, by):
            raise PlanError(Problem("evidence-not-yours", value=name))
        _add(here, by, {"act": "withdraw", "refers": name, "note": reason})


def decide(*, decision: Decision, by: User) -> Decision:
    """Take down what was decided at a gate: who decided, why, and which conditions held or did not."""
    with _changing(GATE, by=by, act="gate.decided", subject=decision.stage, reason=decision.reason) as (here, told):
        if decision.decided_on > today():
            raise PlanError(Problem("gate-in-future", value=decision.decided_on.isoformat()))
        taken = review.decide(here.folder, here.review, decision)
        told |= {"decision": taken.decision, "decided_by": taken.by, "document": taken.document}
        told |= {"decided_on": taken.decided_on.isoformat(), "held": list(taken.held), "missed": list(taken.missed)}
    return taken


def promise(*, measure: str, registration: Registration, seen: str, by: User) -> Entry:
    """Register how a measure will be judged, before it starts, or amend that in the open for a reason. ``seen``: the
    hash of the version that ``by`` saw, empty for none. Whoever registers reaches the units where it will be tried."""
    act = "evaluation.amended" if seen else "evaluation.registered"
    of = ("measure", measure)
    with _changing(EDIT, by=by, act=act, subject=registration.id, reason=registration.reason, of=of) as (here, told):
        if not acts_on(by, EDIT, Part(registration.treated)):
            raise PermissionDenied
        start, day = here.plan.measures[measure].start, {"start": here.plan.measures[measure].start.isoformat()}
        if not seen and today() >= start:
            raise EvaluationError(Problem("registration-measure-started", value=measure, values=day))
        if registration.start < start:
            value = registration.start.isoformat()
            raise EvaluationError(Problem("registration-starts-before-measure", value=value, values=day))
        entry = register(here.folder / registrations.FILE, registration, on=today(), after=seen)
        told |= {"measure": measure, "hash": entry.hash, "number": entry.number, "design": registration.design}
        told |= {"outcome": registration.outcome, "start": registration.start.isoformat()}
    return entry


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of the plan's files; those that are not there are left out."""
    return {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES if (folder / name).exists()
    }


def left_by_last() -> dict[str, str] | None:
    """How the last act left the plan's files, as the log says; None where there was none."""
    last = Line.objects.filter(act__in=ACTS).order_by("-number").first()
    found: dict[str, str] | None = json.loads(last.details).get("files") if last else None
    return found


def _add(here: Desk, by: User, values: Mapping[str, str]) -> Row:
    return evidence.attach(here.folder, here.plan, dict(values) | _recorded(by))


def _recorded(by: User) -> dict[str, str]:
    return {"recorded_on": today().isoformat(), "by": by.get_username()}


@contextmanager
def _changing(
    permission: str, *, by: User, act: str, subject: str, reason: str = "", of: Part | tuple[Kind, str] | None = None
) -> Iterator[tuple[Desk, dict[str, Any]]]:
    """An act on the plan's files by the rule of this module, one after the other; yields the plan as it stands and the
    details of the line. ``of``: the part that it changes, which the mandates of ``by`` must reach; None: the whole."""
    with transaction.atomic():
        if not may(by, permission):
            raise PermissionDenied
        one_at_a_time()
        here, told = desk(), dict[str, Any]()
        if not acts_on(by, permission, _part(here.plan, of)):
            raise PermissionDenied
        path = here.folder / reading.FILE
        before = path.read_bytes()
        _note_what_others_did(here.folder)
        try:
            yield here, told
            told["files"] = digests(here.folder)
            record(act=act, subject=subject, by=by.get_username(), reason=reason, details=told)
        except BaseException:
            if path.read_bytes() != before:
                editing.replace(path, before)
            raise


@contextmanager
def _adding(
    permission: str, values: Values, reason: str, *, by: User, of: Part | tuple[Kind, str] | None = None
) -> Iterator[tuple[Desk, dict[str, Any]]]:
    """An act by which something comes to the plan, for a ``reason``."""
    name = str(values["id"])
    with _changing(permission, by=by, act="plan.added", subject=name, reason=reason, of=of) as (here, told):
        _refuse_unreasoned(reason, name)
        yield here, told


def _refuse_unreasoned(reason: str, name: str) -> None:
    if not reason.strip():
        raise PlanError(Problem("plan-reason", column="reason", value=name))


def _refuse_reached(here: Desk, stage: str, *, itself: bool) -> None:
    """Refuse to touch the course of the plan up to the furthest stage that it has been in: the stage ``itself``, or
    what comes right after it."""
    order, way = here.plan.course, here.review.way
    furthest = max(order.index(name) for name in (order[0], way.stage, *(move.stage for move in way.moves)))
    if stage not in order or order.index(stage) < furthest + itself:
        raise PlanError(Problem("plan-stage-reached", column="stage", value=order[furthest]))


def _refuse_passed(here: Desk, stage: str) -> None:
    order = here.plan.course
    if stage not in order or order.index(stage) < order.index(here.review.way.stage):
        raise PlanError(
            Problem(
                "gate-not-here",
                column="stage",
                value=stage,
                values={"day": today().isoformat(), "now": here.review.way.stage},
            )
        )


def _part(plan: Plan, of: Part | tuple[Kind, str] | None) -> Part:
    """What an act changes; of a part that is not there it is told later, to whoever reaches the whole."""
    if isinstance(of, Part):
        return of
    return part(plan, *of) if of is not None and editing.find(plan, *of) is not None else WHOLE


def _proves(piece: str) -> tuple[Kind, str] | None:
    """The activity that a piece of evidence belongs to."""
    found = next((one for one in desk().review.ledger.evidence if one.id == piece), None)
    return ("activity", found.activity) if found is not None else None


def _edits(plan: Plan, of: tuple[Kind, str] | None, by: User) -> bool:
    return acts_on(by, EDIT, _part(plan, of))


def _note_what_others_did(folder: Path) -> None:
    there, left = digests(folder), left_by_last()
    if left is not None and left != there:
        changed = sorted(name for name in there.keys() | left.keys() if there.get(name) != left.get(name))
        record(
            act="plan.changed_outside", subject=" ".join(changed), by=OUTSIDE, details={"left": left, "files": there}
        )


def _text(value: Any) -> Any:
    """A value as the log takes it."""
    return json.loads(json.dumps(value, default=str, ensure_ascii=False))
