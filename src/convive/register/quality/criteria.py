"""The criteria of the Bogotá Protocol, each with its value; there is no total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from convive.register.quality.knowing import known, rules

MEETS, FALLS_SHORT, UNSAID, SHOWN = "meets", "falls_short", "unsaid", "shown"


@dataclass(frozen=True)
class Criterion:
    """``part`` of ``whole`` cases; None where it cannot be said. ``named_in``: the document that names the criterion;
    the threshold is Convive's own. ``state``: meets, falls_short, unsaid, or shown where there is no threshold.
    """

    id: str
    label: Mapping[str, str]
    part: int | None
    whole: int
    at_most: float | None
    at_least: float | None
    named_in: Mapping[str, str]

    @property
    def share(self) -> float | None:
        """The part as a share of the whole."""
        return None if self.part is None or not self.whole else self.part / self.whole

    @property
    def state(self) -> str:
        """How the criterion is met."""
        if self.share is None:
            return UNSAID
        if self.at_most is None and self.at_least is None:
            return SHOWN
        fine = (self.at_most is None or self.share <= self.at_most) and (
            self.at_least is None or self.share >= self.at_least
        )
        return MEETS if fine else FALLS_SHORT


def criteria(cases: pl.DataFrame, concept: str) -> list[Criterion]:
    """Every criterion over the homicides of ``concept`` among ``cases``; annulled cases do not count."""
    cases = cases.filter(pl.col("status").cast(pl.String) != "annulled")
    homicides = cases.filter(pl.col(f"figure_in_{concept}"))
    return [
        Criterion(
            id=name,
            label=entry["label"],
            part=part,
            whole=whole,
            at_most=entry.get("at_most"),
            at_least=entry.get("at_least"),
            named_in=rules()["documents"][entry["named_in"]],
        )
        for name, entry in rules()["criteria"].items()
        for part, whole in [_measured(entry["measure"], cases, homicides)]
    ]


def _measured(measure: str, cases: pl.DataFrame, homicides: pl.DataFrame) -> tuple[int | None, int]:
    kind, _, field = measure.partition(":")
    whole = homicides.height
    if not whole:
        return None, 0
    match kind:
        case "known":
            return _count(homicides, known(field)), whole
        case "missing":
            return _count(homicides, ~known(field)), whole
        case "victims_with_case":
            events = cases.group_by("incident_id").agg(n=pl.len(), told=pl.col("victims_in_incident").max())
            short = events.filter(pl.col("n") < pl.col("told"))
            return whole - homicides.join(short, on="incident_id", how="semi").height, whole
        case "several_sources":
            return _count(homicides, pl.col("sources").list.len() > 1), whole
        case "concept":
            broad = cases.filter(pl.col(f"figure_in_{field}"))
            held = broad.join(homicides.select("case_id"), on="case_id", how="semi").height
            return (held, broad.height) if broad.height else (None, 0)
        case "repeated":
            return _count(homicides, pl.col("n_records") > pl.col("sources").list.len()), whole
        case "in_time":
            days = (pl.col("registered_on") - pl.col("occurred_on")).dt.total_days()
            told = homicides["registered_on"].null_count() < whole
            return _count(homicides, days <= rules()["in_time_days"]) if told else None, whole
        case "undetermined":
            undetermined = _count(cases, pl.col("intent").cast(pl.String) == "undetermined")
            return undetermined, undetermined + whole
        case _:
            return _convergence(homicides)


def _count(cases: pl.DataFrame, which: pl.Expr) -> int:
    return int(cases.select(which.fill_null(False).sum()).item())


def _convergence(homicides: pl.DataFrame) -> tuple[int | None, int]:
    """By how many cases the two fullest sources differ, of those of the fuller one."""
    counts = homicides["sources"].explode().drop_nulls().value_counts()["count"].sort(descending=True).to_list()
    return (counts[0] - counts[1], counts[0]) if len(counts) > 1 else (None, counts[0] if counts else 0)
