"""Where the plan is: stages, the gates between them, and the way back. Pure functions on histories and decisions.

A plan begins in its first stage. It leaves a stage forwards by a recorded decision alone: ``pass`` where every
condition held, ``skip`` where some did not. It goes backwards by itself when a condition of the way back begins to
hold, unless a decision to ``stay`` answers it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from convive.errors import Problem
from convive.strategy.decisions import FILE, Decision

FOREVER = dt.date.min


@dataclass(frozen=True)
class History:
    """Since when a condition holds or not: ``turns`` (day, holds), oldest first. Before the first of them it does not.
    ``value``: what was found last, in the words of the figure or evidence, a ``share`` of a whole or not; None where
    there is nothing yet."""

    turns: tuple[tuple[dt.date, bool], ...] = ()
    value: float | None = None
    share: bool = False

    def holds(self, on: dt.date) -> bool:
        return self._last(on)[1]

    def since(self, on: dt.date) -> dt.date | None:
        """The day on which what is so ``on`` a day began; None where it was never otherwise."""
        day = self._last(on)[0]
        return None if day is FOREVER else day

    def _last(self, on: dt.date) -> tuple[dt.date, bool]:
        last = (FOREVER, False)
        for day, holds in self.turns:
            if day > on:
                break
            if holds != last[1]:
                last = (day, holds)
        return last


@dataclass(frozen=True)
class GateRules:
    """A gate by the names of its conditions: what must hold to pass ``onward``, and for what is sent ``back`` where."""

    onward: tuple[str, ...]
    back: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Move:
    """The plan came to ``stage`` on a day: ``how`` pass, skip or back; by which decision or for which ``conditions``.
    ``doubted``: conditions that a decision says held and that, by today's figures, did not."""

    day: dt.date
    stage: str
    how: str
    conditions: tuple[str, ...] = ()
    decision: Decision | None = None
    doubted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Way:
    """The ``moves`` of the plan so far and the ``stage`` it is in ``since`` a day (None: from its beginning);
    ``stays``: decisions not to go back; ``problems``: decisions that were not followed, and why."""

    stage: str
    since: dt.date | None
    moves: tuple[Move, ...] = ()
    stays: tuple[Decision, ...] = ()
    problems: tuple[Problem, ...] = ()


def walk(
    stages: Sequence[str],
    gates: Mapping[str, GateRules],
    histories: Mapping[str, History],
    decisions: Sequence[Decision],
    *,
    on: dt.date,
) -> Way:
    """The way of a plan through ``stages`` until ``on``. Decisions of one day are followed before what that day's
    figures say, so that a committee may answer at once."""
    walker = _Walker(tuple(stages), gates, histories)
    days = {one.decided_on for one in decisions} | {day for one in histories.values() for day, _ in one.turns}
    in_order = sorted(decisions, key=lambda one: (one.decided_on, one.row))
    for day in sorted(day for day in days if day <= on):
        for decision in (one for one in in_order if one.decided_on == day):
            walker.decide(decision)
        walker.send_back(day)
    return walker.way()


def missing(rules: GateRules, histories: Mapping[str, History], on: dt.date) -> tuple[str, ...]:
    """The conditions that keep a gate shut on a day."""
    return tuple(name for name in rules.onward if not histories[name].holds(on))


class _Walker:
    """The state of a walk."""

    def __init__(self, stages: tuple[str, ...], gates: Mapping[str, GateRules], histories: Mapping[str, History]):
        self.stages, self.gates, self.histories = stages, gates, histories
        self.stage, self.since = stages[0], None  # type: str, dt.date | None
        self.moves: list[Move] = []
        self.stays: list[Decision] = []
        self.problems: list[Problem] = []

    def decide(self, decision: Decision) -> None:
        if decision.stage != self.stage:
            self._refuse("gate-not-here", decision, now=self.stage)
        elif decision.decision == "stay":
            self.stays.append(decision)
        elif self.stage == self.stages[-1]:
            self._refuse("gate-last", decision)
        else:
            self._leave(decision)

    def _leave(self, decision: Decision) -> None:
        rules = self.gates[self.stage]
        missed = missing(rules, self.histories, decision.decided_on)
        unexplained = tuple(name for name in missed if name not in decision.held)
        if decision.decision == "pass" and (unexplained or decision.missed):
            self._refuse("gate-pass-missed", decision, missed=", ".join(unexplained or decision.missed))
            return
        if decision.decision == "skip" and set(unexplained) - set(decision.missed):
            self._refuse("gate-skip-unnamed", decision, missed=", ".join(unexplained))
            return
        doubted = tuple(name for name in missed if name in decision.held)
        self._enter(self.stages[self.stages.index(self.stage) + 1], decision.decided_on)
        self.moves.append(Move(decision.decided_on, self.stage, decision.decision, decision.missed, decision, doubted))

    def send_back(self, day: dt.date) -> None:
        while rules := self.gates.get(self.stage):
            sent = [(name, to) for name, to in rules.back if self.histories[name].holds(day) and self._open(name, day)]
            if not sent:
                return
            to = min((to for _, to in sent), key=self.stages.index)
            self._enter(to, day)
            self.moves.append(Move(day, to, "back", tuple(name for name, _ in sent)))

    def _open(self, name: str, day: dt.date) -> bool:
        """Whether nobody has answered that ``name`` holds: neither by staying nor by coming here knowing of it."""
        onset = self.histories[name].since(day) or FOREVER
        if any(stay.stage == self.stage and stay.decided_on >= onset for stay in self.stays):
            return False
        came = self.moves[-1] if self.moves else None
        return not (came is not None and came.how != "back" and came.day >= onset)

    def _enter(self, stage: str, day: dt.date) -> None:
        self.stage, self.since = stage, day

    def _refuse(self, code: str, decision: Decision, **values: str) -> None:
        told = {"day": decision.decided_on.isoformat()} | values
        self.problems.append(Problem(code, f"strategy/{FILE}", decision.row, "decision", decision.stage, told))

    def way(self) -> Way:
        return Way(self.stage, self.since, tuple(self.moves), tuple(self.stays), tuple(self.problems))
