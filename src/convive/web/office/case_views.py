"""Views of the register: its totals, the cases that make them differ, one case with what was decided of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from convive.errors import ConviveError
from convive.register.homologation import Said, case_file, decidable, lines_about
from convive.register.ledger import Decision, reasons
from convive.register.ledger.decision import OTHER
from convive.register.totals import SIDES, differing, totals
from convive.standard import Field, classification, concept, fields
from convive.texts import say
from convive.web.office.actions.decisions import decide
from convive.web.office.desk import Desk
from convive.web.office.views import at_the_table, called, frame, looked

A_PAGE = 100
INPUTS = {"date": "date", "time": "time", "datetime": "datetime-local", "integer": "number", "number": "number"}


@require_safe
@at_the_table
def cases(request: HttpRequest, desk: Desk, language: str) -> HttpResponse:
    """The totals of all definitions from one list of cases, and the ways into it."""
    declared = desk.observatory.settings.observatory.concept
    looked(request, "cases")
    rows = [
        {"total": one, "label": concept(one.concept).label[language], "declared": one.concept == declared}
        for one in totals(desk.cases, declared)
    ]
    in_dispute = dict(desk.disputes()["field"].value_counts().iter_rows())
    disagreeing = [
        (name, field.label[language], in_dispute[name]) for name, field in fields().items() if name in in_dispute
    ]
    told_of = {"rows": rows, "disagreeing": disagreeing, "whole": desk.cases.height}
    decided = {name: desk.cases.filter(_status(name)).height for name in ("revised", "annulled")}
    return render(request, "office/cases.html", frame(language) | told_of | {"decided": decided})


@require_safe
@at_the_table
def listed(request: HttpRequest, desk: Desk, language: str, which: str, name: str) -> HttpResponse:
    """A list of cases: those of one definition more or fewer, of a field in dispute, revised or annulled."""
    declared = desk.observatory.settings.observatory.concept
    if which in SIDES and name in {one.concept for one in totals(desk.cases, declared)}:
        chosen = differing(desk.cases, declared, name, which)
        title = say(
            f"office.cases.{which}",
            language,
            concept=concept(name).label[language],
            declared=concept(declared).label[language],
        )
    elif which == "disagree" and f"{name}_disagree" in desk.cases.columns:
        chosen = desk.cases.join(desk.disputes().filter(field=name), on="case_id", how="semi", maintain_order="left")
        title = say("office.cases.disagree", language, field=fields()[name].label[language])
    elif which == "status" and name in ("revised", "annulled"):
        chosen = desk.cases.filter(_status(name))
        title = say(f"office.cases.{name}", language)
    else:
        raise Http404
    page = Paginator(range(chosen.height), A_PAGE).get_page(request.GET.get("page"))
    shown = chosen[page.object_list].iter_rows(named=True)
    field = fields()[name] if which == "disagree" else None
    rows = [_row(desk, case, language, field) for case in shown]
    looked(request, "cases", tuple(row["key"] for row in rows))
    context = {"title": title, "rows": rows, "page": page, "disputed": field.label[language] if field else ""}
    return render(request, "office/case_list.html", frame(language) | context)


@require_http_methods(["GET", "HEAD", "POST"])
@at_the_table
def case(request: HttpRequest, desk: Desk, language: str, key: str) -> HttpResponse:
    """One case: every record beside the others, what is believed, what was decided; it can be annulled here."""
    row, records = _found(desk, key)
    names = [desk.names[str(record["record_id"])] for record in records]
    about = lines_about(desk.ledger(), names)
    if request.method == "POST":
        kind = request.POST.get("kind", "")
        if kind == "withdrawn":
            standing = {line.hash for line in about}
            withdraws = request.POST.get("line", "")
            if withdraws not in standing:
                raise Http404
            return _taken_down(request, desk, language, key, kind, (), withdraws=withdraws)
        return _taken_down(request, desk, language, key, "annulled", tuple(sorted(set(names))))
    looked(request, "case", tuple(names))
    told = desk.teller(language)
    context = {
        "key": key,
        "rows": [(one, one.label[language]) for one in _file(desk, row, records, language)],
        "records": [(record["source_id"], record["file"], record["row"]) for record in records],
        "status": say(f"office.status.{row['status']}", language),
        "pairs": _pairs(desk, records),
        "annulled": any(line.decision.kind == "annulled" for line in about),
        "lines": [(line.hash, told(line)) for line in about],
        "reasons": [(code, label[language]) for code, label in reasons()["annulled"].items()],
        "other": OTHER,
    }
    return render(request, "office/case.html", frame(language) | context)


@require_http_methods(["GET", "HEAD", "POST"])
@at_the_table
def value(request: HttpRequest, desk: Desk, language: str, key: str, name: str) -> HttpResponse:
    """One field of a case: its value is corrected, or the case reclassified."""
    row, records = _found(desk, key)
    field = next((field for field in decidable() if field.name == name), None)
    if field is None:
        raise Http404
    names = [desk.names[str(record["record_id"])] for record in records]
    kinds = ("value", "reclassified") if field.kind == "coded" else ("value",)
    if request.method == "POST":
        kind = request.POST.get("kind", "")
        if kind not in kinds:
            messages.error(request, say("office.choose_value", language))
            return redirect("office:value", language=language, key=key, name=name)
        said = request.POST.get("value", "").strip()
        return _taken_down(request, desk, language, key, kind, tuple(sorted(set(names))), field=name, value=said)
    looked(request, "value", tuple(names))
    codes = classification(str(field.classification)).values if field.kind == "coded" else ()
    labels = [(code, classification(str(field.classification)).label(code, language)) for code in codes]
    (said,) = _file(desk, row, records, language, only=field)
    context = {
        "key": key,
        "label": field.label[language],
        "meaning": field.meaning[language],
        "said": said,
        "records": [(record["source_id"], *voice) for record, voice in zip(records, said.voices, strict=True)],
        "codes": labels,
        "input": INPUTS.get(field.kind, "text"),
        "step": "any" if field.kind == "number" else "",
        "current": str(row.get(name) or ""),
        "choices": {kind: [(code, label[language]) for code, label in reasons()[kind].items()] for kind in kinds},
        "other": OTHER,
    }
    return render(request, "office/value.html", frame(language) | context)


def _taken_down(
    request: HttpRequest,
    desk: Desk,
    language: str,
    key: str,
    kind: str,
    records: tuple[str, ...],
    **more: str,
) -> HttpResponse:
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    reason = OTHER if kind == "withdrawn" else request.POST.get(f"reason_{kind}", "")
    words = request.POST.get("words", "").strip()
    decision = Decision(kind, records, request.user.get_username(), now, reason, words=words, **more)
    of_case = redirect("office:case", language=language, key=key)
    again = redirect("office:value", language=language, key=key, name=more["field"]) if more.get("field") else of_case
    if not reason:
        messages.error(request, say("office.choose_reason", language))
        return again
    try:
        decide(desk=desk, decision=decision, by=request.user)
    except ConviveError as wrong:
        messages.error(request, wrong.describe(language))
        return again
    messages.success(request, say("office.taken_down", language))
    return of_case


@require_safe
@at_the_table
def beside(request: HttpRequest, desk: Desk, language: str, key: str) -> HttpResponse:
    """From a case to its pair with another that people name: the way to join what linkage did not find."""
    _, records = _found(desk, key)
    other = request.GET.get("other", "").strip().lower()
    if other == key or desk.cases.filter(pl.col("case_id") == other).is_empty():
        messages.error(request, say("office.no_such_case", language, key=other[:40]))
        return redirect("office:case", language=language, key=key)
    _, others = _found(desk, other)
    names = sorted(min(desk.names[str(record["record_id"])] for record in side) for side in (records, others))
    return redirect("office:matter", language=language, key="~".join(names))


def _pairs(desk: Desk, records: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Each record of a case beside the first: where people can say that it is another death."""
    first, *others = records
    pairs = []
    for record in others:
        names = sorted(desk.names[str(one["record_id"])] for one in (first, record))
        if names[0] != names[1]:
            sides = [f"{one['source_id']} ({one['file']}:{one['row']})" for one in (first, record)]
            pairs.append({"key": "~".join(names), "told": " | ".join(sides)})
    return pairs


def _found(desk: Desk, key: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    rows = desk.cases.filter(pl.col("case_id") == key)
    if rows.is_empty():
        raise Http404
    members = desk.case_records.filter(pl.col("case_id") == key)["record_id"]
    return rows.row(0, named=True), [desk.record(desk.places[record_id]) for record_id in members]


def _file(
    desk: Desk, case: dict[str, Any], records: list[dict[str, Any]], language: str, only: Field | None = None
) -> list[Said]:
    differing = desk.differing(case["case_id"])
    return case_file(case, records, language, desk.unit_names, differing=differing, only=only)


def _row(desk: Desk, case: dict[str, Any], language: str, field: Field | None) -> dict[str, Any]:
    """A case in a list; with ``field``, which source gave its value and which say something else."""
    members = desk.case_records.filter(pl.col("case_id") == case["case_id"])["record_id"]
    records = [desk.record(desk.places[record_id]) for record_id in members]
    named = (called(record, language) for record in records)
    nameless = say("office.nameless", language)
    said = _file(desk, case, records, language, field)[0] if field else None
    others = zip(records, said.voices, strict=True) if said else ()
    return {
        "key": case["case_id"],
        "person": next((name for name in named if name != nameless), nameless),
        "day": str(case["occurred_on"] or case["died_on"] or case["registered_on"] or "–"),
        "place": desk.unit_names.get(case["occurrence_unit"] or "", "–"),
        "sources": ", ".join(case["sources"]),
        "taken": said,
        "others": [(record["source_id"], words) for record, (words, differs) in others if differs],
    }


def _status(name: str) -> pl.Expr:
    return pl.col("status").cast(pl.String) == name
