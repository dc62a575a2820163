"""Charts: valid, the same every time, nothing drawn that was withheld."""

from __future__ import annotations

import dataclasses
import json
import xml.etree.ElementTree as ET
from typing import Any

import altair as alt
import polars as pl
import pytest

from convive.publication.charts import choropleth, theme
from convive.publication.charts.catalogue import charts
from convive.publication.charts.chart import Chart, fitted, svg
from convive.publication.charts.choropleth import class_edges
from convive.publication.charts.data import chart_data
from convive.publication.charts.telling import hour_cells
from convive.publication.edition import Edition
from convive.publication.reading import Reader

NAMES = {
    "effect-controles",
    *(
        "trend-years",
        "trend-cities",
        "trend-months",
        "victims-sex",
        "victims-age",
        "victims-mechanism",
        "victims-place",
    ),
    *("victims-qualified", "reasons-motive", "hours-week", "hours-weekday", "map-rates", "map-intervals"),
}


@pytest.fixture(scope="module")
def drawn(small_edition: Edition) -> dict[tuple[str, str, str], str]:
    made = charts(small_edition)
    return {
        (name, language, width.name): svg(chart, language, width)
        for name, chart in made.items()
        for language in ("es", "en")
        for width in theme.WIDTHS
    }


def texts(drawing: str) -> list[str]:
    return ["".join(element.itertext()) for element in ET.fromstring(drawing).iter("{http://www.w3.org/2000/svg}text")]


def test_the_small_edition_has_every_chart(small_edition: Edition) -> None:
    assert set(charts(small_edition)) == NAMES


def test_an_edition_without_figures_has_no_chart(small_edition: Edition) -> None:
    bare = dataclasses.replace(small_edition, figures=small_edition.figures.clear(), evaluations=[])
    assert charts(bare) == {}


def test_every_specification_is_valid_vega_lite(small_edition: Edition) -> None:
    """Not checked while building, since that takes longer than to draw."""
    for chart in charts(small_edition).values():
        for language in ("es", "en"):
            for width in theme.WIDTHS:
                alt.Root.validate(fitted(chart.draw(language, width), width))


def test_every_drawing_is_well_formed_and_as_wide_as_its_page(drawn: dict[tuple[str, str, str], str]) -> None:
    for (name, _, width), drawing in drawn.items():
        root = ET.fromstring(drawing)
        total = next(size.total for size in theme.WIDTHS if size.name == width)
        assert 0.88 * total <= float(root.attrib["width"]) <= 1.01 * total, (name, width)


def test_letters_are_never_smaller_than_11_pixels(drawn: dict[tuple[str, str, str], str]) -> None:
    for key, drawing in drawn.items():
        sizes = [
            float(element.attrib["font-size"].removesuffix("px"))
            for element in ET.fromstring(drawing).iter("{http://www.w3.org/2000/svg}text")
        ]
        assert min(sizes) >= 11, key


def test_the_same_figures_give_the_same_bytes(small_edition: Edition, drawn: dict[tuple[str, str, str], str]) -> None:
    again = charts(small_edition)
    for name in ("trend-years", "victims-age", "hours-week", "map-rates"):
        assert svg(again[name], "es", theme.WIDTHS[1]) == drawn[name, "es", "narrow"]


def test_no_drawing_loads_anything(drawn: dict[tuple[str, str, str], str]) -> None:
    for drawing in drawn.values():
        for element in ET.fromstring(drawing).iter():
            assert not element.tag.endswith(("script", "image", "style", "foreignObject"))
            assert not any(key.endswith("href") for key in element.attrib)


def test_what_is_withheld_is_hatched_and_said(drawn: dict[tuple[str, str, str], str]) -> None:
    drawing = drawn["victims-age", "es", "wide"]
    assert drawing.count('fill="url(#withheld)"') == 2
    assert texts(drawing).count("reservada") == 2
    assert theme.WITHHELD not in drawing
    assert "withheld" in texts(drawn["victims-age", "en", "narrow"])


def test_what_is_not_withheld_is_not_hatched(drawn: dict[tuple[str, str, str], str]) -> None:
    assert "url(#withheld)" not in drawn["victims-sex", "es", "wide"]


def test_bars_say_their_count_and_interval(drawn: dict[tuple[str, str, str], str]) -> None:
    assert "49 (36–65)" in texts(drawn["victims-sex", "es", "wide"])
    assert "49 (36–65)" in texts(drawn["victims-sex", "en", "narrow"])


def test_the_map_says_that_it_is_schematic_and_prints_count_and_rate(drawn: dict[tuple[str, str, str], str]) -> None:
    said = " ".join(texts(drawn["map-rates", "es", "wide"]))
    assert "Mapa esquemático" in said
    assert "40 muertes" in said
    assert "24.3 (17.4–33.1)" in said
    assert "Schematic map" in " ".join(texts(drawn["map-rates", "en", "narrow"]))


def test_alternative_text_says_the_finding_in_both_languages(small_edition: Edition) -> None:
    made = charts(small_edition)
    assert "2014: 54 (41–70)" in made["trend-years"].alt["es"]
    assert "Hombre: 49; Mujer: 5" in made["victims-sex"].alt["es"]
    assert "Male: 49; Female: 5" in made["victims-sex"].alt["en"]
    assert "reservada" in made["victims-age"].alt["es"]


def test_the_data_behind_a_chart_are_the_rows_drawn_with_their_definition(small_edition: Edition) -> None:
    chart = charts(small_edition)["victims-age"]
    files = chart_data(chart, small_edition)
    table = pl.read_csv(files["victims-age.csv"])
    assert table.height == 5
    assert table.filter(pl.col("status") == "suppressed")["count"].null_count() == 2
    told = json.loads(files["victims-age.json"])
    assert set(told["definitions"]) == {"homicides"}
    assert [row["category"] for row in told["figures"]] == table["category"].to_list()


def test_a_break_of_the_population_starts_a_new_segment(small_edition: Edition) -> None:
    broken = small_edition.breaks.vstack(
        pl.DataFrame([("24", 2012, 2013, 0.16, "")], schema=small_edition.breaks.schema, orient="row")
    )
    reader = Reader(dataclasses.replace(small_edition, breaks=broken), "es")
    frame = reader.rows("homicide_rate", unit="24").sort("period")
    assert reader.segments(frame).to_list() == [0, 0, 1, 1]
    assert not reader.comparable("2012", "2013")
    assert reader.comparable("2013", "2014")


def test_hours_are_read_from_their_category(small_edition: Edition) -> None:
    cells = hour_cells(Reader(small_edition, "es").rows("homicides", unit="24", disaggregation="hour_of_week"))
    assert cells.filter((pl.col("weekday") == 2) & (pl.col("hour") == 3))["count"].to_list() == [None]
    assert cells["hour"].max() == 23


@pytest.mark.parametrize(
    ("values", "edges"),
    [
        ([3.0, 48.0], [10.0, 20.0, 30.0, 40.0]),
        ([0.0], []),
        ([], []),
        ([24.3], [5.0, 10.0, 15.0, 20.0]),
        ([0.4], [0.1, 0.2, 0.30000000000000004]),
    ],
)
def test_classes_of_the_map_have_equal_width_and_round_edges(values: list[float], edges: list[float]) -> None:
    assert class_edges(values) == pytest.approx(edges)


def grid(units: int) -> tuple[pl.DataFrame, dict[str, object]]:
    """Units in a row, each a square, the first withheld."""
    rows = [
        {
            "unit_code": str(at),
            "label": f"Unidad {at}",
            "value": 2.0 * at or None,
            "status": "final",
            "text": f"{2 * at} muertes",
        }
        for at in range(units)
    ]
    rows[0] |= {"status": "suppressed", "text": "reservada"}
    corners = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]
    features = [
        {
            "type": "Feature",
            "properties": {"code": str(at), "name": f"Unidad {at}"},
            "geometry": {"type": "Polygon", "coordinates": [[[x + at, y] for x, y in corners]]},
        }
        for at in range(units)
    ]
    return pl.DataFrame(rows, infer_schema_length=None), {"type": "FeatureCollection", "features": features}


@pytest.mark.parametrize(("units", "keyed"), [(4, False), (13, True)])
def test_a_crowded_map_carries_numbers_and_a_key(units: int, keyed: bool) -> None:
    rows, boundaries = grid(units)
    spec = choropleth.draw(rows, boundaries, width=theme.WIDTHS[1], title="por 100,000", note="")
    chart = Chart("map", rows, {}, {}, lambda language, width: spec)
    said = texts(svg(chart, "es", theme.WIDTHS[1]))
    assert ("Unidad 0: reservada" in said) == keyed
    assert ("Unidad 3: 6 muertes" in said) == keyed
    assert any("Unidad 3" in text for text in said)


def with_status(edition: Edition, indicator: str, period: str, status: str) -> Edition:
    """The edition with one status changed; what is withheld has no numbers."""
    here = (pl.col("indicator") == indicator) & (pl.col("period") == period) & (pl.col("disaggregation") == "total")
    figures = edition.figures.with_columns(pl.when(here).then(pl.lit(status)).otherwise("status").alias("status"))
    if status == "suppressed":
        numbers = ("value", "low", "high", "count")
        figures = figures.with_columns(pl.when(here).then(None).otherwise(pl.col(numbers)).name.keep())
    return dataclasses.replace(edition, figures=figures)


def test_a_status_that_must_not_be_overlooked_stands_in_the_legend_of_the_trend(small_edition: Edition) -> None:
    assert "definitiva" not in texts(svg(charts(small_edition)["trend-years"], "es", theme.WIDTHS[0]))
    edition = with_status(small_edition, "homicides", "2014", "provisional")
    drawing = svg(charts(edition)["trend-years"], "es", theme.WIDTHS[1])
    assert {"definitiva", "provisional"} <= set(texts(drawing))


def test_a_panel_tells_its_newest_value_and_status_below_its_name(small_edition: Edition) -> None:
    edition = with_status(small_edition, "homicide_rate", "2014", "not_comparable")
    said = texts(svg(charts(edition)["trend-cities"], "es", theme.WIDTHS[0]))
    assert "2014: 23.0, no comparable" in said
    assert "2014: 19.3" in said


def marks(spec: Any) -> list[dict[str, Any]]:
    """Every layer that is drawn as withheld."""
    found = [layer for inner in spec.get("layer", ()) for layer in marks(inner)]
    mark = spec.get("mark", {})
    return [*found, spec] if isinstance(mark, dict) and mark.get("fill") == theme.WITHHELD else found


@pytest.mark.parametrize(
    ("name", "period", "along"),
    [("victims-age", "", "x"), ("trend-years", "2013", "y"), ("trend-months", "2013-04", "y")],
)
def test_a_withheld_mark_has_one_size_and_no_scale(small_edition: Edition, name: str, period: str, along: str) -> None:
    edition = with_status(small_edition, "homicides", period, "suppressed") if period else small_edition
    for width in theme.WIDTHS:
        chart = charts(edition)[name]
        drawn = chart.draw("es", width)
        (mark,) = marks(drawn)
        ends = mark["encoding"][along]["value"], mark["encoding"][f"{along}2"]["value"]
        assert abs(ends[1] - ends[0]) == theme.WITHHELD_LENGTH
        assert "reservada" in texts(svg(chart, "es", width))


@pytest.mark.parametrize("top", [0.3, 0.97, 1, 5.6, 15.8, 70.5, 99, 100, 4821])
def test_no_interval_touches_the_edge_of_its_chart(top: float) -> None:
    assert top * 1.02 <= theme.ceiling(top) <= max(top * 2, 1)


def test_the_months_chart_has_room_for_its_longest_interval(small_edition: Edition) -> None:
    chart = charts(small_edition)["trend-months"]
    spec = chart.draw("es", theme.WIDTHS[0])
    (highest,) = {layer["encoding"]["y"]["scale"]["domain"][1] for layer in spec["layer"]}
    assert highest > chart.frame["high"].max()
