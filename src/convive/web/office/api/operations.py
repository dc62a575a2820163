"""What can be asked: each operation reads, and none changes anything."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Annotated, Any, Literal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Path, Query

from convive import __version__
from convive.errors import ConviveError
from convive.publication.release.answering import answering
from convive.web.committee.snapshot import standing
from convive.web.journal import record
from convive.web.journal.checking import head
from convive.web.journal.models import Line
from convive.web.office.api import answers
from convive.web.office.api.access import Allowed, whole
from convive.web.office.plan.desk import Desk, NoPlan, desk
from convive.web.office.plan.scope import refuse_unseen, seen_by

A_PAGE = 100
FAR = 2**53
"""The greatest number that every program reads from JSON as it is."""

api = NinjaAPI(
    title="Convive · Oficina",
    version=__version__,
    description="El plan, el comité y la bitácora, para personas con cuenta. "
    "The plan, the committee and the log, for people with an account.",
    urls_namespace="api",
    docs_url=None,
)
GUARDED: dict[str, str] = {}
"""The permission of each operation, by its name."""

Name = Annotated[str, Path(max_length=60, pattern=r"^[a-z0-9][a-z0-9-]*$")]
Chosen = Annotated[str, Query(max_length=60)]
Offset = Annotated[int, Query(ge=0, le=FAR)]
Limit = Annotated[int, Query(ge=1, le=A_PAGE)]
View = Callable[..., Any]


def reads(path: str, permission: str, answer: Any) -> Callable[[View], View]:
    """An operation for those with ``permission``."""
    refusals = frozenset({401, 403, 404, 422, 503})

    def take(view: View) -> View:
        GUARDED[view.__name__] = permission
        take_it: Callable[[View], View] = api.get(
            path,
            auth=Allowed(permission),
            response={200: answer, refusals: answers.Said},
            by_alias=True,
            operation_id=view.__name__,
            summary=(view.__doc__ or "").strip(),
        )
        return take_it(view)

    return take


@reads("/plan", "plan.read", answers.Plan)
def plan(request: HttpRequest) -> dict[str, Any]:
    """The plan: its stages, gates, bodies and objectives."""
    return desk().tree


@reads("/plan/measures", "plan.read", answers.Measures)
def measures(
    request: HttpRequest,
    stage: Chosen = "",
    lead: Chosen = "",
    unit: Chosen = "",
    offset: Offset = 0,
    limit: Limit = 50,
) -> dict[str, Any]:
    """The measures, with their activities and money."""
    here = desk()
    seen = seen_by(request.user, here.plan.measure)
    found = [
        one
        for one in here.tree["measures"]
        if (seen is None or one["id"] in seen)
        and (not stage or one["stage"] == stage)
        and (not lead or one["lead"] == lead)
        and (not unit or unit in one["evaluation"]["treated"])
    ]
    return {"count": len(found), "items": [_measure(one) for one in found[offset : offset + limit]]}


@reads("/plan/measures/{name}", "plan.read", answers.Measure)
def measure(request: HttpRequest, name: Name) -> dict[str, Any]:
    """One measure."""
    return _measure(_seen(request, desk(), lambda one: bool(one["id"] == name)))


@reads("/plan/activities/{name}", "plan.read", answers.ActivityWithEvidence)
def activity(request: HttpRequest, name: Name) -> dict[str, Any]:
    """One activity with its evidence, also what is not told in public."""
    here = desk()
    of = _seen(request, here, lambda one: any(each["id"] == name for each in one["activities"]))
    told = next(each for each in of["activities"] if each["id"] == name)
    pieces = [
        {
            **{field: getattr(one, field) for field in ("id", "kind", "dated", "quantity", "source", "title", "by")},
            "sha256": one.file.partition(".")[0] or None,
            "counts_since": one.counts,
            "withdrawn_on": one.withdrawn,
        }
        for one in here.review.ledger.evidence
        if one.activity == name
    ]
    return told | {"measure": of["id"], "evidence": pieces}


@reads("/plan/indicators", "plan.read", list[answers.Indicator])
def indicators(request: HttpRequest) -> list[dict[str, Any]]:
    """The indicators against their targets."""
    found: list[dict[str, Any]] = desk().tree["indicators"]
    return found


@reads("/committee", "committee.read", answers.Committee)
def committee(request: HttpRequest) -> dict[str, Any]:
    """Sessions with quorum, attendance by seat, agreements, periods of the law. It names no person."""
    return _standing()


@reads("/committee/agreements", "committee.read", list[answers.Agreement])
def agreements(
    request: HttpRequest, state: Literal["", "open", "overdue", "done", "withdrawn"] = ""
) -> list[dict[str, Any]]:
    """The agreements, the overdue first."""
    return [one for one in _standing()["agreements"] if not state or one["state"] == state]


@reads("/journal", "journal.read", answers.Lines)
def journal(request: HttpRequest, after: Offset = 0, limit: Limit = 50) -> dict[str, Any]:
    """Lines of the log after a number; reading them is an act too."""
    whole(request)
    with transaction.atomic():
        record(act="journal.seen", subject="api", by=request.user.get_username())
    lines = Line.objects.filter(number__gt=after).order_by("number")[:limit]
    found = head()
    return {"head": str(found) if found else None, "items": [_line(one) for one in lines]}


@api.exception_handler(NoPlan)
def _no_plan(request: HttpRequest, absent: NoPlan) -> HttpResponse:
    return api.create_response(request, {"detail": "the observatory has no plan"}, status=404)


@api.exception_handler(PermissionDenied)
def _refused(request: HttpRequest, refused: PermissionDenied) -> HttpResponse:
    return api.create_response(request, {"detail": str(refused)}, status=403)


@api.exception_handler(ConviveError)
def _broken(request: HttpRequest, broken: ConviveError) -> HttpResponse:
    return api.create_response(request, {"detail": broken.describe("en")}, status=503)


def _seen(request: HttpRequest, here: Desk, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The measure that is wanted, where whoever asks may see it."""
    found: dict[str, Any] | None = next((one for one in here.tree["measures"] if wanted(one)), None)
    if found is None:
        raise Http404
    refuse_unseen(request.user, here.plan.measures[found["id"]])
    return found


def _measure(one: dict[str, Any]) -> dict[str, Any]:
    return one | {"units": one["evaluation"]["treated"]}


def _standing() -> dict[str, Any]:
    told = standing()
    if told is None:
        raise Http404
    return answering(told)


def _line(one: Line) -> dict[str, Any]:
    return dataclasses.asdict(one.entry) | {"details": json.loads(one.details)}
