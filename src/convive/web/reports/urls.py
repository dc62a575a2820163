"""The citizens' addresses of open reports, all below ``/r/``, so that what is installed on a telephone reaches them and
never the sealed channel; and Open311 below ``/open311/``."""

from __future__ import annotations

from django.urls import path, re_path

from convive.errors import LANGUAGES
from convive.web.reports import clock_views, feeds, open311_views, phone_views, views

app_name = "reports"

L = f"r/(?P<language>{'|'.join(LANGUAGES)})"
FORMAT = r"\.(?P<form>xml|json)"
V2 = r"^open311/v2"

urlpatterns = [
    path("r/", views.root, name="root"),
    re_path(rf"^{L}/$", views.listed, name="list"),
    re_path(rf"^{L}/nuevo/$", views.new, name="new"),
    re_path(rf"^{L}/mio/$", views.mine, name="mine"),
    re_path(rf"^{L}/(?P<number>\d{{1,18}})/$", views.one, name="one"),
    re_path(rf"^{L}/respuestas/$", clock_views.clock, name="clock"),
    re_path(rf"^{L}/avisos\.atom$", feeds.alerts, name="alerts"),
    re_path(rf"^{L}/taller/$", phone_views.enter, name="workshop"),
    re_path(rf"^{L}/taller/(?P<code>[A-Z0-9]{{4,12}})/$", phone_views.mark, name="mark"),
    re_path(r"^r/foto/(?P<number>\d{1,18})\.jpg$", views.photo, name="photo"),
    re_path(r"^r/(?P<name>app\.webmanifest|worker\.js)$", views.installed, name="installed"),
    re_path(rf"^open311/discovery{FORMAT}$", open311_views.discovery, name="discovery"),
    re_path(rf"{V2}/openapi\.json$", open311_views.description),
    re_path(rf"{V2}/services{FORMAT}$", open311_views.services),
    re_path(rf"{V2}/services/(?P<code>[^/]{{1,100}}){FORMAT}$", open311_views.service),
    re_path(rf"{V2}/requests{FORMAT}$", open311_views.requests),
    re_path(rf"{V2}/requests/(?P<name>[^/]{{1,5000}}){FORMAT}$", open311_views.one_request),
    re_path(rf"{V2}/tokens/(?P<name>[^/]{{1,100}}){FORMAT}$", open311_views.token),
    re_path(r"^open311/(?P<path>.*)$", open311_views.nowhere),
]
