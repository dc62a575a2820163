"""What is registered of a measure, as the office shows it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from convive.errors import Problem
from convive.evaluation.registration import FILE, Registered, looked_through
from convive.publication.effect import percent
from convive.strategy.plan import Measure
from convive.texts import date, say


def registered_of(folder: Path, name: str) -> tuple[Registered | None, tuple[Problem, ...]]:
    """The registered evaluation of the measure ``name`` in an observatory's ``strategy/``, and what is wrong with the
    registry."""
    found, problems = looked_through(folder / FILE)
    return next((one for one in found if name in (one.now.measure, one.now.id)), None), problems


def unregistered(folder: Path, ahead: Iterable[Measure]) -> list[Measure]:
    """The measures among those ``ahead`` of which nobody has registered yet how they will be judged."""
    named = {name for one in looked_through(folder / FILE)[0] for name in (one.now.measure, one.now.id)}
    return [one for one in ahead if one.id not in named]


def versions(there: Registered | None, language: str) -> list[dict[str, str]]:
    """Every version with its day, its hash, what it says and, for an amendment, its reason; the newest last."""
    if there is None:
        return []
    return [
        {
            "day": date(one.on, language),
            "hash": one.hash,
            "reason": one.registration.reason,
            "says": say(
                "evaluations.plan",
                language,
                design=say(f"evaluations.design.{one.registration.design.replace('-', '_')}", language),
                treated=", ".join(one.registration.treated),
                comparison=", ".join(one.registration.comparison) or "–",
                around=", ".join(one.registration.around) or "–",
                expected=percent(one.registration.expected, language),
                months=str(one.registration.judged_after_months),
            ),
        }
        for one in there.versions
    ]
