"""The addresses of the custodians' room, below the language."""

from __future__ import annotations

from django.urls import path

from convive.web.custody import views

app_name = "custody"

urlpatterns = [
    path("", views.reports, name="reports"),
    path("denuncia/<str:name>/", views.report, name="report"),
    path("denuncia/<str:name>/pedir/", views.ask, name="ask"),
    path("apertura/<str:name>/pedido/", views.request_file, name="request_file"),
    path("apertura/<str:name>/prestar/", views.lend, name="lend"),
    path("apertura/<str:name>/denuncia/", views.report_file, name="report_file"),
    path("apertura/<str:name>/respuesta/", views.reply, name="reply"),
    path("envio/<str:name>/respondido/", views.note_answer, name="note_answer"),
]
