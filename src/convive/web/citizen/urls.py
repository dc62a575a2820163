"""Addresses that say nothing: what a browser remembers of a visit are letters."""

from __future__ import annotations

from django.urls import path, re_path
from django.views.generic import RedirectView

from convive.errors import LANGUAGES
from convive.web.citizen import return_views, views

app_name = "citizen"

LANGUAGE = f"(?P<language>{'|'.join(LANGUAGES)})"

urlpatterns = [
    path("", RedirectView.as_view(url="es/"), name="root"),
    re_path(rf"^{LANGUAGE}/$", views.home, name="home"),
    re_path(rf"^{LANGUAGE}/a/$", views.report, name="report"),
    re_path(rf"^{LANGUAGE}/a/b/$", views.keep, name="keep"),
    re_path(rf"^{LANGUAGE}/c/$", return_views.back, name="back"),
    re_path(rf"^{LANGUAGE}/c/d/$", return_views.act, name="act"),
    re_path(rf"^{LANGUAGE}/e/$", views.paper, name="paper"),
]
