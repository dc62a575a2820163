"""The office's addresses of open reports and of workshops."""

from __future__ import annotations

from django.urls import path

from convive.web.reports import office_views, round_views

app_name = "answers"

urlpatterns = [
    path("<language:language>/reportes/", office_views.listed, name="list"),
    path("<language:language>/reportes/por-verificar/", office_views.to_see, name="to_see"),
    path("<language:language>/reportes/<int:number>/", office_views.one, name="one"),
    path("<language:language>/reportes/<int:number>/foto.jpg", office_views.photo, name="photo"),
    path("<language:language>/reportes/<int:number>/panel/", office_views.panel, name="panel"),
    path("<language:language>/talleres/", round_views.rounds, name="rounds"),
    path("<language:language>/talleres/<int:number>/", round_views.one, name="round"),
    path("<language:language>/talleres/taller/<int:number>/", round_views.sheet, name="sheet"),
]
