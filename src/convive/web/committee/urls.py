"""The committee's addresses, within the office's."""

from __future__ import annotations

from django.urls import path

from convive.web.committee import views

urlpatterns = [
    path("<language:language>/comite/", views.overview, name="committee"),
    path("<language:language>/comite/boletin.pdf", views.bulletin_pdf, name="bulletin"),
    path("<language:language>/comite/integrantes/", views.seats, name="seats"),
    path("<language:language>/comite/sesion/<slug:code>/", views.session, name="session"),
    path("<language:language>/comite/sesion/<slug:code>/acta.docx", views.minutes_word, name="session_minutes"),
    path("<language:language>/comite/sesion/<slug:code>/acta.pdf", views.minutes_pdf, name="session_minutes_pdf"),
    path("<language:language>/comite/acuerdo/<slug:code>/", views.agreement, name="agreement"),
]
