"""The plan's addresses, within the office's."""

from __future__ import annotations

from typing import get_args

from django.urls import path, register_converter

from convive.strategy.adding import Part
from convive.web.office.plan import (
    adding_views,
    edit_views,
    evidence_views,
    gate_views,
    promise_views,
    views,
    workbook_views,
)


class PartOfPlan:
    """What can be withdrawn from the plan."""

    regex = "|".join(get_args(Part))

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class FrameOfPlan(PartOfPlan):
    """What measures stand in."""

    regex = "|".join(get_args(adding_views.FrameKind))


register_converter(PartOfPlan, "part")
register_converter(FrameOfPlan, "frame")

HERE = "<language:language>/plan/"

urlpatterns = [
    path(HERE, views.overview, name="plan"),
    path(f"{HERE}medida-nueva/", adding_views.new_measure, name="plan_new_measure"),
    path(f"{HERE}indicador-nuevo/", adding_views.new_indicator, name="plan_new_indicator"),
    path(f"{HERE}puerta/condicion-nueva/", adding_views.new_condition, name="plan_new_condition"),
    path(f"{HERE}marco/", adding_views.frame_of_plan, name="plan_frame"),
    path(f"{HERE}marco/<frame:kind>/agregar/", adding_views.new_frame, name="plan_new_frame"),
    path(f"{HERE}marco/<frame:kind>/<slug:name>/cambiar/", edit_views.edit, name="plan_edit_frame"),
    path(f"{HERE}retirar/<part:kind>/<slug:name>/", adding_views.withdraw, name="plan_withdraw"),
    path(f"{HERE}medida/<slug:name>/", views.measure, name="plan_measure"),
    path(f"{HERE}medida/<slug:name>/cambiar/", edit_views.edit, {"kind": "measure"}, name="plan_edit_measure"),
    path(f"{HERE}medida/<slug:name>/evaluacion/", promise_views.promise, name="plan_promise"),
    path(f"{HERE}medida/<slug:name>/actividad-nueva/", adding_views.new_activity, name="plan_new_activity"),
    path(f"{HERE}actividad/<slug:name>/", views.activity, name="plan_activity"),
    path(f"{HERE}actividad/<slug:name>/cambiar/", edit_views.edit, {"kind": "activity"}, name="plan_edit_activity"),
    path(f"{HERE}actividad/<slug:name>/prueba/", evidence_views.attach, name="plan_attach"),
    path(f"{HERE}prueba/<slug:key>/", evidence_views.piece, name="plan_piece"),
    path(f"{HERE}prueba/<slug:key>/archivo/", evidence_views.file, name="plan_file"),
    path(f"{HERE}indicador/<slug:name>/cambiar/", edit_views.edit, {"kind": "indicator"}, name="plan_indicator"),
    path(f"{HERE}puerta/", gate_views.gate, name="plan_gate"),
    path(f"{HERE}excel/", workbook_views.bring, name="plan_workbook"),
    path(f"{HERE}actividades.xlsx", workbook_views.fetch, name="plan_xlsx"),
]
