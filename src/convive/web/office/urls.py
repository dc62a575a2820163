"""The addresses of the office, in both languages."""

from __future__ import annotations

from django.urls import include, path, register_converter
from django.views.generic import RedirectView

from convive.errors import LANGUAGES
from convive.web.office import account_views, case_views, home, journal_views, second_factor, views


class Language:
    """``es`` or ``en``."""

    regex = "|".join(LANGUAGES)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Language, "language")

handler403 = "convive.web.office.views.refused"
handler404 = "convive.web.office.views.not_found"

office = [
    path("", RedirectView.as_view(url="es/"), name="root"),
    path("entrar/", views.Enter.as_view(), name="enter"),
    path("en/sign-in/", views.Enter.as_view(), {"language": "en"}, name="enter_en"),
    path("salir/", views.Leave.as_view(), name="leave"),
    path("<language:language>/", home.home, name="home"),
    path("<language:language>/pares/", views.docket, name="docket"),
    path("<language:language>/par/<str:key>/", views.matter, name="matter"),
    path("<language:language>/casos/", case_views.cases, name="cases"),
    path("<language:language>/casos/<str:which>/<str:name>/", case_views.listed, name="cases_of"),
    path("<language:language>/caso/<str:key>/", case_views.case, name="case"),
    path("<language:language>/caso/<str:key>/junto-a/", case_views.beside, name="beside"),
    path("<language:language>/caso/<str:key>/<str:name>/", case_views.value, name="value"),
    path("<language:language>/acta/", views.minutes, name="minutes"),
    path("<language:language>/acta/<str:day>/", views.minutes, name="minutes_of"),
    path("<language:language>/acta/<str:day>/archivo/", views.minutes_file, name="minutes_file"),
    path("<language:language>/segundo-factor/", second_factor.second_factor, name="second_factor"),
    path("<language:language>/segundo-factor/qr/", second_factor.qr, name="second_factor_qr"),
    path("<language:language>/clave/", account_views.ChangePassword.as_view(), name="change_password"),
    path("<language:language>/cuentas/", account_views.accounts, name="accounts"),
    path("<language:language>/cuentas/por-confirmar/", account_views.confirmations, name="confirmations"),
    path("", include("convive.web.committee.urls")),
    path("", include("convive.web.office.plan.urls")),
    path("<language:language>/bitacora/", journal_views.journal, name="journal"),
]
urlpatterns = [
    path("api/v1/", include("convive.web.office.api.urls", namespace="api")),
    path("", include((office, "office"))),
    path("", include("convive.web.custody.urls")),
    path("", include("convive.web.reports.office_urls")),
]
