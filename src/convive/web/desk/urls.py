"""The addresses of the desk."""

from __future__ import annotations

from django.urls import path, re_path
from django.views.generic import RedirectView

from convive.errors import LANGUAGES
from convive.web.desk import views

LANGUAGE = f"(?P<language>{'|'.join(LANGUAGES)})"

urlpatterns = [
    path("", RedirectView.as_view(url="es/"), name="root"),
    re_path(rf"^{LANGUAGE}/$", views.begin, name="begin"),
    re_path(rf"^{LANGUAGE}/lend/$", views.lend, name="lend"),
    re_path(rf"^{LANGUAGE}/scrub/$", views.scrub, name="scrub"),
    re_path(rf"^{LANGUAGE}/forward/$", views.forward, name="forward"),
    re_path(rf"^{LANGUAGE}/answer/$", views.answer, name="answer"),
    re_path(r"^file/(?P<token>\w+)/(?P<entry>\w+)/(?P<number>\d)/$", views.attachment, name="attachment"),
]
