"""The data behind a chart, as people take them away: the figures drawn, with their definitions."""

from __future__ import annotations

from convive.publication.charts.chart import Chart
from convive.publication.edition import Edition
from convive.publication.release.writing import csv_bytes, json_bytes


def chart_data(chart: Chart, edition: Edition) -> dict[str, bytes]:
    """``<name>.csv`` with the rows, ``<name>.json`` with the rows, their definitions, licence and version."""
    return {f"{chart.name}.csv": csv_bytes(chart.frame), f"{chart.name}.json": _json(chart, edition)}


def _json(chart: Chart, edition: Edition) -> bytes:
    told = {
        "chart": chart.name,
        "title": dict(chart.title),
        "observatory": dict(edition.name),
        "synthetic": dict(edition.synthetic) if edition.synthetic else None,
        "as_of": edition.as_of.isoformat(),
        "version": edition.version,
        "licence": edition.licence,
        "definitions": {indicator: edition.definitions.get(indicator) for indicator in chart.definitions},
        "figures": chart.frame.to_dicts(),
    }
    return json_bytes(told, in_order=True)
