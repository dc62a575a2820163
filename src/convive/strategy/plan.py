"""``strategy/plan.toml``: the plan as a city writes it, from stages down to the evidence that each activity needs.

No table has a place for progress: it is computed from the ledger of evidence (:mod:`convive.strategy.progress`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal

from pydantic import Field, FiniteFloat, NonNegativeFloat, PositiveFloat

from convive.observatory import Bilingual, Strict

NAME = r"^[a-z0-9][a-z0-9-]*$"
Period = Literal["year", "half", "month"]


class Withdrawn(Strict):
    """A part that is no longer pursued: ``on`` which day, and why. It stays written, with its evidence and money."""

    on: dt.date
    reason: str = Field(min_length=1)


class Body(Strict):
    """Who leads, takes part or pays. ``iati``: its organisation identifier, where it has one; ``iati_type``: code of
    IATI's list of kinds of organisations."""

    id: str = Field(pattern=NAME)
    label: Bilingual
    iati: str = ""
    iati_type: str = Field(default="10", pattern=r"^\d{2}$")
    withdrawn: Withdrawn | None = None


class Stage(Strict):
    """One of the stages that a plan goes through, in their order."""

    id: str = Field(pattern=NAME)
    label: Bilingual
    purpose: Bilingual
    source: str = ""
    withdrawn: Withdrawn | None = None


class Objective(Strict):
    """What is to be true at the end; ``kind`` as plans of citizen security tell them apart."""

    id: str = Field(pattern=NAME)
    kind: Literal["strategic", "specific"] = "specific"
    label: Bilingual
    withdrawn: Withdrawn | None = None


class FigureOf(Strict):
    """A figure of the register: an indicator of the catalogue for one unit, by periods."""

    indicator: str
    unit: str
    period: Period = "year"
    disaggregation: str = "total"
    category: str = "total"


class OutputOf(Strict):
    """What an activity brings, as its evidence of ``kind`` says: all of it added up, or the ``last`` that was told."""

    activity: str
    kind: str = "figure"
    take: Literal["sum", "last"] = "sum"


class Baseline(Strict):
    """Where one starts: a ``period`` of the register, or a ``value`` with its source."""

    period: str = ""
    value: FiniteFloat | None = None
    source: str = ""


class Target(Strict):
    value: FiniteFloat
    by: dt.date


class Indicator(Strict):
    """What is measured: a ``figure`` of the register or a declared ``output``, one of the two."""

    id: str = Field(pattern=NAME)
    label: Bilingual
    unit: Bilingual
    better: Literal["less", "more"]
    objective: str
    figure: FigureOf | None = None
    output: OutputOf | None = None
    baseline: Baseline
    target: Target
    source: str = ""
    withdrawn: Withdrawn | None = None


class Need(Strict):
    """Evidence that an activity needs to be done: how much of which kind (documents, minutes: how many; figures: their
    sum; money: the amount)."""

    kind: str
    quantity: PositiveFloat
    what: Bilingual


class Activity(Strict):
    id: str = Field(pattern=NAME)
    label: Bilingual
    lead: str
    partners: tuple[str, ...] = ()
    start: dt.date = Field(alias="from")
    until: dt.date
    needs: tuple[Need, ...] = Field(min_length=1)
    withdrawn: Withdrawn | None = None


class Budget(Strict):
    """What a body gives in a year, as planned. What is committed and spent is in the ledger of evidence."""

    year: int = Field(ge=1990, le=2100)
    source: str
    planned: NonNegativeFloat


class Risk(Strict):
    what: Bilingual
    likelihood: Literal["low", "middle", "high"]
    harm: Literal["low", "middle", "high"]
    answer: Bilingual


class RightsAnswer(Strict):
    """The answer to a question of ``rights.toml``: whether it ``holds``, and ``how`` that is seen to where the measure
    does more or other than the plan's ``protocol``."""

    holds: bool
    how: Bilingual | None = None


class Evaluation(Strict):
    """How a measure will be judged, named before it starts: the ``outcome`` (an indicator of the plan that the register
    measures), what it is compared with, and by what rate ratio it is expected to change: 0.8 is a fifth less."""

    outcome: str
    comparison: Bilingual
    treated: tuple[str, ...] = Field(min_length=1)
    control: tuple[str, ...] = ()
    months: int = Field(default=12, ge=3, le=60)
    expected_ratio: FiniteFloat = Field(gt=0, lt=5)
    named_on: dt.date


class Measure(Strict):
    id: str = Field(pattern=NAME)
    label: Bilingual
    stage: str
    objective: str
    why: Bilingual
    source: str = ""
    lead: str
    partners: tuple[str, ...] = ()
    budget: tuple[Budget, ...] = ()
    risk: tuple[Risk, ...] = ()
    rights: Mapping[str, RightsAnswer]
    evaluation: Evaluation
    withdrawn: Withdrawn | None = None
    activity: tuple[Activity, ...] = Field(min_length=1)

    @property
    def start(self) -> dt.date:
        return min(activity.start for activity in self.activity)

    @property
    def until(self) -> dt.date:
        return max(activity.until for activity in self.activity)


class FigureHolds(Strict):
    """A figure lies ``at_most`` or ``at_least`` here in so many ``periods`` in a row; ``surely``: its whole interval
    does."""

    indicator: str
    unit: str
    period: Period = "year"
    disaggregation: str = "total"
    category: str = "total"
    at_most: FiniteFloat | None = None
    at_least: FiniteFloat | None = None
    surely: bool = False
    periods: int = Field(default=1, ge=1, le=24)


class EvidenceHolds(Strict):
    """An activity has evidence of a kind, at least so much."""

    activity: str
    kind: str
    at_least: PositiveFloat = 1


class ProgressHolds(Strict):
    """A measure has come at least so far, by its evidence: 0 … 1."""

    measure: str
    at_least: FiniteFloat = Field(gt=0, le=1)


class Condition(Strict):
    """Something that holds or not, one of the three; ``to`` names the stage it sends the plan back to. ``since``: the
    day from which it is asked, where it came to the gate later; it keeps nobody from what was passed before."""

    id: str = Field(pattern=NAME)
    label: Bilingual
    figure: FigureHolds | None = None
    evidence: EvidenceHolds | None = None
    progress: ProgressHolds | None = None
    to: str = ""
    since: dt.date | None = None
    withdrawn: Withdrawn | None = None


class Gate(Strict):
    """The end of a stage: what must hold to pass on, and what sends the plan ``back`` while it is in the stage."""

    stage: str
    onward: tuple[Condition, ...] = Field(default=(), alias="pass")
    back: tuple[Condition, ...] = ()


Withdrawable = Body | Stage | Objective | Indicator | Activity | Measure | Condition
"""A part of the plan that can be withdrawn."""


class Plan(Strict):
    """The whole of ``plan.toml``. ``protocol``: by question of rights and safety, what every measure keeps to.
    ``confirm``: evidence counts once a second person has confirmed it. ``iati_prefix``: how its activities are called
    in IATI, before their own names; ``iati_country`` (ISO 3166) and ``iati_sector`` (OECD DAC purpose code) of them
    all."""

    title: Bilingual
    source: Bilingual
    synthetic: Bilingual | None = None
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    start: dt.date = Field(alias="from")
    until: dt.date
    as_of: dt.date | None = None
    confirm: bool = True
    problem: Bilingual
    approach: Bilingual
    future: Bilingual
    lead: str
    iati_prefix: str = ""
    iati_country: str = ""
    iati_sector: str = ""
    stage: tuple[Stage, ...] = Field(min_length=1)
    body: tuple[Body, ...] = Field(min_length=1)
    objective: tuple[Objective, ...] = Field(min_length=1)
    indicator: tuple[Indicator, ...] = ()
    protocol: Mapping[str, Bilingual] = Field(default_factory=dict)
    measure: tuple[Measure, ...] = Field(min_length=1)
    gate: tuple[Gate, ...] = ()

    @cached_property
    def activities(self) -> dict[str, Activity]:
        return {activity.id: activity for measure in self.measure for activity in measure.activity}

    @cached_property
    def bodies(self) -> dict[str, Body]:
        return {body.id: body for body in self.body}

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        return {indicator.id: indicator for indicator in self.indicator}

    @cached_property
    def objectives(self) -> dict[str, Objective]:
        return {objective.id: objective for objective in self.objective}

    @cached_property
    def stages(self) -> dict[str, Stage]:
        return {stage.id: stage for stage in self.stage}

    @property
    def course(self) -> tuple[str, ...]:
        """The stages that the plan goes through, in their order: those that were not withdrawn."""
        return tuple(stage.id for stage in self.stage if stage.withdrawn is None)

    @cached_property
    def measures(self) -> dict[str, Measure]:
        return {measure.id: measure for measure in self.measure}

    @cached_property
    def measure_of(self) -> dict[str, Measure]:
        """The measure of each activity, by the activity's id."""
        return {activity.id: measure for measure in self.measure for activity in measure.activity}

    @property
    def pursued(self) -> tuple[Measure, ...]:
        """The measures that were not withdrawn."""
        return tuple(one for one in self.measure if one.withdrawn is None)

    def gate_of(self, stage: str) -> Gate | None:
        return next((gate for gate in self.gate if gate.stage == stage), None)

    def how(self, measure: Measure, question: str) -> Bilingual | None:
        """How a measure sees to a question of rights: its own answer, else the plan's protocol."""
        return measure.rights[question].how or self.protocol.get(question)

    def in_stage(self, stage: str) -> tuple[Measure, ...]:
        return tuple(measure for measure in self.measure if measure.stage == stage)

    def conditions(self) -> Iterator[tuple[str, Condition]]:
        """Every condition with the stage of its gate."""
        for gate in self.gate:
            for condition in (*gate.onward, *gate.back):
                yield gate.stage, condition
