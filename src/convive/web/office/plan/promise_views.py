"""How a measure will be judged, registered before it starts: the designs that the data bear and what they would see,
and the registration; later an amendment with its reason. Both are published at the next build."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from convive.build import counted
from convive.errors import ConviveError, EvaluationError, Problem
from convive.evaluation.evidence import MARK, named, rules
from convive.evaluation.propose import Proposal, proposals
from convive.evaluation.registration import Registered, Registration
from convive.observatory import Observatory
from convive.publication.pages.evidence import beyond, cited, here
from convive.publication.release.evaluations import months_of
from convive.publication.release.foresight import foresight
from convive.strategy.plan import Measure
from convive.texts import date, say
from convive.web.office.actions import plan as actions
from convive.web.office.guard import today
from convive.web.office.plan import forms, promising
from convive.web.office.plan.desk import Desk, with_plan
from convive.web.office.plan.registered import registered_of, versions
from convive.web.office.plan.scope import part
from convive.web.office.plan.views import refuse_beyond
from convive.web.office.territory import units
from convive.web.office.views import frame

if TYPE_CHECKING:
    from convive.publication.release.evaluations import Register

MOST_UNITS = 400
"""So many units are listed by name beside the form; a country has more, and its codes stand in its territory."""


@dataclass(frozen=True)
class Looked:
    """A ``design`` that was proposed, with what it would see, in words; ``wanted``: it can be registered."""

    design: str
    label: str
    possible: bool
    why: tuple[str, ...]
    sees: tuple[str, ...]
    wanted: bool


@require_http_methods(["GET", "HEAD", "POST"])
@with_plan(actions.EDIT)
def promise(request: HttpRequest, desk: Desk, language: str, name: str) -> HttpResponse:
    """The form of the measure ``name``; with ``register`` it is written, else looked at."""
    measure = desk.plan.measures.get(name)
    if measure is None:
        raise Http404
    refuse_beyond(request, actions.EDIT, part(desk.plan, "measure", name))
    there, broken = registered_of(desk.folder, name)
    if broken:
        told = [f"{one.place()}: {one.reason(language)} {one.remedy(language)}" for one in broken]
        return render(request, "plan/broken.html", frame(language) | {"problems": told}, status=503)
    # Who began before somebody else registered amends nothing yet: they are told first.
    seen = request.POST.get("seen", "") if request.method == "POST" else _hash(there)
    fields = promising.fields(desk.plan, language, there, amends=bool(seen))
    if request.method == "POST":
        typed = forms.sent(fields, request.POST)
    else:
        typed = forms.flat(fields, promising.began(desk.plan, measure, there))
    found, wrong, status = (), "", 200
    try:
        one = promising.registration_of(name, there, forms.read(_asked(fields, request), typed))
        found = looked(one, language)
        if "register" in request.POST:
            _refuse_unfit(one, found)
            entry = actions.promise(measure=name, registration=one, seen=seen, by=request.user)
            messages.success(request, say("planning.promised", language, hash=entry.hash))
            return redirect("office:plan_measure", language=language, name=name)
    except ConviveError as misfit:
        wrong, status = misfit.describe(language), 422 if request.method == "POST" else 200
        if any(problem.code == "registration-meanwhile" for problem in misfit.problems):
            # Theirs is shown below, and what was typed stays: whoever sends it again amends it, with a reason.
            there, status = registered_of(desk.folder, name)[0], 409
            fields, seen = promising.fields(desk.plan, language, there, amends=True), _hash(there)
    context: dict[str, Any] = {
        "one": measure,
        "label": measure.label[language],
        "parts": forms.shown(fields, typed),
        "seen": seen,
        "wrong": wrong,
        "found": found,
        "late": there is None and today() >= measure.start,
        "begins": date(measure.start, language),
        "versions": versions(there, language),
        "elsewhere": _elsewhere(measure, typed, language),
        "units": sorted(units().items())[:MOST_UNITS],
    }
    return render(request, "plan/promise.html", frame(language) | context, status=status)


def looked(one: Registration, language: str) -> tuple[Looked, ...]:
    """The designs that the data bear for the places and the day of ``one``, the strongest first, and what each that
    can be registered would see. Numbers are told by the rule of what is published: none of a handful of deaths."""
    of = _counted(*_version_of_cases())
    panel = months_of(of, one)
    if panel is None:
        raise EvaluationError(Problem("power-no-events", values={"n": 0}))
    told = []
    for proposal in proposals(panel, one.treated, one.start, one.comparison):
        wanted = proposal.design in promising.DESIGNS
        sees: tuple[str, ...] = ()
        if wanted and proposal.possible:
            alike = one.model_copy(update={"design": proposal.design})
            seen = foresight(alike, panel, least=of.least)
            sees = tuple(seen["says"][language]) or (say(f"evaluations.foresight_{seen['rule']}", language),)
        told.append(_looked(proposal, sees, wanted, language))
    return tuple(told)


def _looked(one: Proposal, sees: tuple[str, ...], wanted: bool, language: str) -> Looked:
    why = [problem.reason(language) for problem in one.problems]
    if not one.offered:
        why.append(say("evaluation.rule.not-calibrated", language))
    label = say(f"evaluations.design.{one.design.replace('-', '_')}", language)
    return Looked(one.design, label, one.possible, tuple(why), sees, wanted)


def _refuse_unfit(one: Registration, found: tuple[Looked, ...]) -> None:
    """Raise where the data cannot bear the design, or it did not hold in calibration."""
    if not any(each.design == one.design and each.possible for each in found):
        raise EvaluationError(Problem("registration-design-refused", column="design", value=one.design))


def _asked(fields: Sequence[forms.Field], request: HttpRequest) -> Sequence[forms.Field]:
    """A reason is asked of whoever registers, not of whoever looks."""
    if "register" in request.POST:
        return fields
    return [replace(one, needed=False) if one.name == "reason" else one for one in fields]


def _elsewhere(measure: Measure, typed: Mapping[str, str], language: str) -> dict[str, Any]:
    """What the evidence that the measure cites lets one expect, and whether what was typed is more."""
    studies = named(measure.source)
    words = cited("; ".join(f"{MARK}{one.id}" for one in studies), language)[0] if studies else ""
    try:
        hoped = float(typed.get("expected", ""))
    except ValueError:
        hoped = 1.0
    rows = [(label[language], here(kind, language)) for kind, label in rules()["measures"].items()]
    return {"words": words, "beyond": beyond(measure.source, hoped, language), "kinds": [row for row in rows if row[1]]}


def _hash(there: Registered | None) -> str:
    return there.versions[-1].hash if there is not None else ""


def _version_of_cases() -> tuple[Path, tuple[int, ...]]:
    folder = Path(settings.FOLDER)
    files = [
        folder / "private" / "cases.parquet",
        folder / "observatory.toml",
        *sorted((folder / "territory").glob("*")),
    ]
    return folder, tuple(path.stat().st_mtime_ns for path in files if path.exists())


@lru_cache(maxsize=2)
def _counted(folder: Path, stamp: tuple[int, ...]) -> Register:
    """The private cases as the last build left them; read again when they, the settings or the territory change."""
    del stamp
    return counted(Observatory.open(folder))
