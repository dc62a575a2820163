"""The addresses of the custodians' room."""

from __future__ import annotations

from django.urls import path

from convive.web.custody import views

app_name = "custody"

urlpatterns = [
    path("<language:language>/custodia/", views.reports, name="reports"),
    path("<language:language>/custodia/denuncia/<str:name>/", views.report, name="report"),
    path("<language:language>/custodia/denuncia/<str:name>/pedir/", views.ask, name="ask"),
    path("<language:language>/custodia/apertura/<str:name>/pedido/", views.request_file, name="request_file"),
    path("<language:language>/custodia/apertura/<str:name>/prestar/", views.lend, name="lend"),
    path("<language:language>/custodia/apertura/<str:name>/denuncia/", views.report_file, name="report_file"),
    path("<language:language>/custodia/apertura/<str:name>/respuesta/", views.reply, name="reply"),
    path("<language:language>/custodia/envio/<str:name>/respondido/", views.note_answer, name="note_answer"),
]
