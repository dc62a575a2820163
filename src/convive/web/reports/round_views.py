"""The facilitators' desk: rounds, workshops, sheets of paper; what it says of places stays here."""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from convive.errors import VoiceError
from convive.texts import number as written
from convive.texts import say
from convive.voice.workshops.cell_kappa import CellKappa, kappa_by_cell
from convive.voice.workshops.kappa import weighted_kappa
from convive.voice.workshops.marks import LEVELS, views
from convive.voice.workshops.priorities import may_name
from convive.voice.workshops.recount import recount
from convive.web.journal import record
from convive.web.journal.models import Line
from convive.web.office.guard import requires
from convive.web.office.views import frame
from convive.web.reports import place
from convive.web.reports.models import Round, Slip, Workshop
from convive.web.reports.sheets import cells_of, keep_paper, public_round, questions, rules, sheets_of

MISSING = 6
"""Cells for what the map lacks, in each unit: «?1» to «?6»."""
MOST_PHONES = 300
_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LETTERS = 8
"""40 bits a code: with a thousand tries a second, one of five hundred open slips is met after 25 days."""


@require_http_methods(["GET", "HEAD", "POST"])
@requires("workshops.facilitate", whole=True)
def rounds(request: HttpRequest, language: str) -> HttpResponse:
    """All rounds; a new one takes its cells from the map that is published."""
    if request.method == "POST":
        return _open(request, language)
    return render(request, "answers/rounds.html", frame(language) | {"rounds": list(Round.objects.all())})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("workshops.facilitate", whole=True)
def one(request: HttpRequest, language: str, number: int) -> HttpResponse:
    """A round: its workshops; agreement and recount for the office alone; what will be published once it is closed."""
    found = get_object_or_404(Round, pk=number)
    if request.method == "POST":
        _change(request, found, language)
        return redirect("answers:round", language=language, number=number)
    left = Prefetch("slips", Slip.objects.filter(used=False).order_by("code"), "left")
    shown = {
        "round": found,
        "workshops": list(found.workshops.annotate(kept=Count("sheets")).prefetch_related(left).order_by("pk")),
        "public": _public(found, language) if found.closed else None,
        "rules": rules(),
        "priorities": [one | {"marks": _marks(one)} for one in found.options],
        "decided": all("shown" in one for one in found.options),
        "wrote": _wrote(found) == request.user.get_username(),
    }
    return render(request, "answers/round.html", frame(language) | shown | _agreement(found, language))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("workshops.facilitate", whole=True)
def sheet(request: HttpRequest, language: str, number: int) -> HttpResponse:
    """A sheet of paper is typed in."""
    workshop = get_object_or_404(Workshop.objects.select_related("round"), pk=number)
    if workshop.round.closed:
        raise Http404
    problems: list[str] = []
    if request.method == "POST":
        people = request.POST.get("people", "")
        table = re.sub(r"\W", "", request.POST.get("table", ""))[:10]
        try:
            keep_paper(
                workshop,
                table,
                request.POST,
                people=int(people) if people.isascii() and people.isdigit() and len(people) < 4 else 0,
                by=request.user.get_username(),
            )
        except VoiceError as misfit:
            problems = [f"{p.place()} {p.reason(language)} {p.remedy(language)}" for p in misfit.problems]
        else:
            messages.success(request, say("reports.desk.noted", language))
            return redirect("answers:sheet", language=language, number=number)
    asked = questions(workshop.round, request.POST, language)
    shown = {"workshop": workshop, "problems": problems, "least": rules().people_a_table}
    return render(request, "answers/sheet.html", frame(language) | asked | shown, status=400 if problems else 200)


def _open(request: HttpRequest, language: str) -> HttpResponse:
    name = request.POST.get("name", "").strip()[:60]
    cells = _published_cells()
    if not name or not cells or Round.objects.filter(name=name).exists():
        messages.error(request, say("reports.round.no_map" if not cells else "reports.round.no_name", language))
        return redirect("answers:rounds", language=language)
    options = []
    for number, line in enumerate(request.POST.get("options", "").splitlines()[:12], 1):
        spanish, _, english = (part.strip() for part in line.partition("|"))
        if spanish:
            options.append({"code": f"p{number}", "es": spanish[:120], "en": (english or spanish)[:120]})
    with transaction.atomic():
        made = Round.objects.create(name=name, cells=cells, options=options)
        record(act="workshop.round", subject=str(made.pk), by=request.user.get_username())
    return redirect("answers:round", language=language, number=made.pk)


def _change(request: HttpRequest, found: Round, language: str) -> None:
    by, given = request.user.get_username(), request.POST
    with transaction.atomic():
        if given.get("act") == "close" and not found.closed:
            found.closed = dt.datetime.now(dt.UTC)
            found.save(update_fields=["closed"])
            found.workshops.update(open=False)
            Slip.objects.filter(workshop__round=found).delete()
            record(act="workshop.round_closed", subject=str(found.pk), by=by)
        elif given.get("act") == "priorities" and found.options:
            _decide(request, found, by, language)
        elif given.get("act") == "workshop" and not found.closed:
            where = given.get("place", "").strip()[:120]
            day = dt.datetime.now(dt.UTC).date()
            made = Workshop.objects.create(round=found, code=_code(), place=where or "–", day=day)
            said = given.get("phones", "")
            phones = min(int(said), MOST_PHONES) if said.isascii() and said.isdigit() and len(said) < 5 else 0
            Slip.objects.bulk_create(Slip(workshop=made, code=_code()) for _ in range(phones))
            record(act="workshop.opened", subject=str(found.pk), by=by)
        elif given.get("act") == "shut":
            number = given.get("workshop", "")
            shut = found.workshops.filter(pk=number if number.isascii() and number.isdigit() else 0)
            # A slip that cannot serve any more is not kept: a database remembers which rows it changed together.
            Slip.objects.filter(workshop__in=shut).delete()
            shut.update(open=False)
            record(act="workshop.shut", subject=str(found.pk), by=by)


def _decide(request: HttpRequest, found: Round, by: str, language: str) -> None:
    """Which priorities are published in their words: said by somebody who did not write them."""
    if _wrote(found) == by:
        messages.error(request, say("reports.round.another", language))
        return
    shown = set(request.POST.getlist("shown"))
    found.options = [one | {"shown": one["code"] in shown} for one in found.options]
    found.save(update_fields=["options"])
    told = {"shown": [one["code"] for one in found.options if one["shown"]]}
    record(act="workshop.priorities", subject=str(found.pk), by=by, details=told)
    messages.success(request, say("reports.desk.noted", language))


def _wrote(found: Round) -> str:
    """The account that opened a round and wrote its priorities."""
    line = Line.objects.filter(act="workshop.round", subject=str(found.pk)).order_by("number").first()
    return line.by if line else ""


def _marks(option: dict[str, Any]) -> list[str]:
    places = place.unit_names().values()
    return list(dict.fromkeys([*may_name(option["es"], places), *may_name(option["en"], places)]))


def _public(found: Round, language: str) -> dict[str, Any]:
    """What is published of a closed round, in words."""
    told = public_round(found)
    units = []
    for one in told.units:
        kappa = ""
        if one.kappa is not None and one.low is not None and one.high is not None:
            kappa = "κ {} ({} – {})".format(*(written(x, language, 1) for x in (one.kappa, one.low, one.high)))
        shares = {"right": one.right, "too_high": one.too_high, "too_low": one.too_low}
        name = place.unit_names().get(one.unit, one.unit)
        units.append({"name": name, "kappa": kappa, "shares": say("reports.round.shares", language, **shares)})
    votes = told.votes
    shares_of = dict(votes.approval) if votes else {}
    order = [code for group in votes.ranked for code in group] if votes else []
    ranked = [{"words": votes.labels[code][language], "share": shares_of[code]} for code in order] if votes else []
    return {"units": units, "ranked": ranked}


def _code() -> str:
    return "".join(secrets.choice(_SIGNS) for _ in range(_LETTERS))


def _agreement(found: Round, language: str) -> dict[str, Any]:
    """Kappa with its interval, what the tables say of each cell, and how the ranking moves."""
    cells, sheets = cells_of(found), sheets_of(found)
    seen = views(sheets, cells)
    kappa = weighted_kappa([one.cell.level for one in seen], [one.level for one in seen], LEVELS)
    by_code = {one.cell.code: one for one in seen}
    by_cell = kappa_by_cell(sheets, cells)
    moved = recount(sheets, cells, draws=rules().draws if sheets else 1)
    rows = []
    for one in moved.cells:
        view = by_code.get(one.code)
        low, high = view.right.interval if view else (0.0, 1.0)
        rows.append(
            {
                "cell": cells[one.code],
                "moved": one,
                "right": f"{view.right.part}/{view.right.whole}" if view else "–",
                "interval": f"{written(100 * low, language)}–{written(100 * high, language)} %" if view else "–",
                "kappa": _told_kappa(by_cell.get(one.code), language),
            }
        )
    told = None
    if kappa.value is not None and kappa.low is not None and kappa.high is not None:
        value, low, high = (written(x, language, 2) for x in (kappa.value, kappa.low, kappa.high))
        told = say("reports.round.kappa", language, value=value, low=low, high=high, n=kappa.number)
    tau = None if moved.tau is None else written(moved.tau, language, 2)
    return {"kappa": told, "rows": rows, "tau": tau, "tables": len(sheets), "recount": moved}


def _told_kappa(one: CellKappa | None, language: str) -> str:
    return "{} ({} – {})".format(*(written(x, language, 2) for x in (one.value, one.low, one.high))) if one else "–"


def _published_cells() -> dict[str, dict[str, object]]:
    """The cells of the published map, which all may see, and for each of their units some for what it lacks."""
    path = settings.FOLDER / "public" / "data" / "edition.json"
    try:
        spots = json.loads(path.read_text("utf-8"))["patterns"]["spots"]["cells"]
    except (FileNotFoundError, KeyError):
        return {}
    ranks = {one["id"]: len(spots) - place_ for place_, one in enumerate(spots)}
    cells: dict[str, dict[str, object]] = {
        one["id"]: {"unit": one["unit_code"] or "", "level": int(one["band"]) + 1, "count": ranks[one["id"]]}
        for one in spots
    }
    for unit in sorted({str(one["unit"]) for one in cells.values()}):
        for number in range(1, MISSING + 1):
            cells[f"{unit}?{number}"] = {"unit": unit, "level": 0, "count": 0}
    return cells
