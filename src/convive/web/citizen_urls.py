"""The addresses of the citizens' side."""

from __future__ import annotations

from django.urls import include, path

handler400 = "convive.web.citizen.views.bad_request"
handler403 = "convive.web.citizen.views.bad_request"
handler404 = "convive.web.citizen.views.not_found"
handler500 = "convive.web.citizen.views.failed"

urlpatterns = [path("", include("convive.web.citizen.urls")), path("", include("convive.web.reports.urls"))]
