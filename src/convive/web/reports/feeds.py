"""Local alerts: an Atom feed of what was reported, by unit, category or body; nobody gives an address for it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from convive.texts import say
from convive.web.reports import place
from convive.web.reports.models import Report
from convive.web.reports.telling import row
from convive.web.reports.views import black_boxes


@require_safe
def alerts(request: HttpRequest, language: str) -> HttpResponse:
    """The newest reports, and what happened to older ones; ``unit``, ``category`` and ``body`` narrow it."""
    catalogue = place.catalogue()
    known = {"category": catalogue.categories, "unit": place.choices(), "body": catalogue.bodies}
    chosen = {name: value for name, there in known.items() if (value := request.GET.get(name, "")) in there}
    here = request.build_absolute_uri(f"/r/{language}/")
    feed = Atom1Feed(
        title=say("reports.feed.title", language, city=place.observatory().settings.observatory.name[language]),
        link=here,
        description="",
        language=language,
        feed_url=request.build_absolute_uri(),
        feed_guid=here,
    )
    found = (
        Report.objects.filter(**chosen)
        .exclude(category__in=black_boxes())
        .select_related("photo")
        .prefetch_related("events")
    )
    for report in found.order_by("-updated", "-pk")[: catalogue.rules.feed_entries]:
        told = row(report, language)
        feed.add_item(
            title=f"{told['number']}. {told['category']}: {told['state']}",
            link=request.build_absolute_uri(told["address_of"]),
            description=" · ".join(filter(None, [told["unit"], told["address"], told["words"], told["body"]])),
            unique_id=request.build_absolute_uri(told["address_of"]),
            pubdate=report.received,
            updateddate=report.updated,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
