"""Where events gather: a map of cells with layers, the ranking with its doubt, and words for the minutes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from convive.publication import words
from convive.publication.edition import Tree
from convive.publication.pages import parts
from convive.publication.pages.page import Block, Cell, Layer, Link, MapBlock, Prose, Section, Shape, Table, TableCell
from convive.publication.reading import Reader
from convive.texts import date, number, say

ANCHOR = "spots"
LOOKS = ("low", "middle", "high")
BANDS = (1, 2, 4)
"""Where the bands of counts begin, in multiples of the least count that may be told."""
STREET_LOOKS = ("some", "more", "dense")
LIKELY = 0.5
"""The chance of being among the worst cells from which a cell is drawn as a critical point."""
FURTHEST = 20
"""Ranks beyond are told as "more than"."""


def section(reader: Reader) -> list[Block]:
    """The section of the map page; nothing where the edition says nothing of places."""
    told = reader.edition.patterns.get("spots")
    if not told:
        return []
    language = reader.language
    title = say("spots.title", language)
    if not told["enough"]:
        return [Section(ANCHOR, title, (Prose((say("spots.too_few", language),)),))]
    about = Prose((*_found(told, reader), *_accuracy(told, language)))
    blocks: list[Block] = [about]
    if told["cells"]:
        blocks += [_map(told, reader), _table(told, reader)]
    cautions = [say("spots.caution", language, least=reader.edition.minimum_cell, size=told["size"])]
    if told["located_share"] is not None:
        share = words.percent(told["located_share"], language)
        cautions.append(say("spots.located", language, share=share))
    minutes = parts.minutes((*_found(told, reader), *_accuracy(told, language)), reader)
    return [Section(ANCHOR, title, (*blocks, Prose(tuple(cautions)))), minutes]


def _found(told: Tree, reader: Reader) -> list[str]:
    """What stands out and what does not, in sentences that can be pasted into the minutes."""
    language, hot = reader.language, [one for one in told["cells"] if one["hot"]]
    if not told["cells"]:
        return [say("spots.none_shown", language, least=reader.edition.minimum_cell)]
    if not hot:
        return [say("spots.none_hot", language, shown=len(told["cells"]))]
    places = "; ".join(
        say(
            "spots.cluster",
            language,
            n=len(one["cells"]),
            cells=", ".join(one["cells"]),
            unit=reader.edition.unit_name(one["unit_code"]),
        )
        for one in told["clusters"]
    )
    found = [say("spots.hot", language, n=len(hot), places=places)]
    rest = len(told["cells"]) - len(hot)
    return [*found, say("spots.not_hot", language, n=rest)] if rest else found


def _accuracy(told: Tree, language: str) -> list[str]:
    accuracy = told["accuracy"]
    if accuracy is None:
        return []
    values = {name: number(accuracy[name], language, 1) for name in ("pai", "low", "high")}
    share = words.percent(accuracy["area_share"], language)
    address = "spots.accuracy" if accuracy["low"] > 1 else "spots.accuracy_chance"
    return [
        say(address, language, until=date(dt.date.fromisoformat(accuracy["until"]), language), share=share, **values)
    ]


def _map(told: Tree, reader: Reader) -> MapBlock:
    language = reader.language
    least = reader.edition.minimum_cell
    bands = tuple(
        (look, say("spots.band_last" if at == 2 else "spots.band", language, low=low * least, high=high * least - 1))
        for at, (look, low, high) in enumerate(zip(LOOKS, BANDS, (*BANDS[1:], 0), strict=True))
    )
    cells = tuple(_cell(one, reader) for one in told["cells"])
    hot = tuple(Shape((one["ring"],), "hot") for one in told["cells"] if one["hot"])
    density = tuple(Shape(tuple(one["rings"]), "density") for one in told["density"])
    boundaries = _boundaries(reader)
    critical = tuple(Shape((one["ring"],), "critical") for one in told["cells"] if (one["top"] or 0) >= LIKELY)
    likely = say("spots.likely", language, share=words.percent(LIKELY, language))
    streets = say("spots.streets", language)
    layers = (
        Layer("boundaries", say("spots.layer_boundaries", language), boundaries),
        Layer("density", say("spots.layer_density", language), density, (("density", say("spots.denser", language)),)),
        Layer("cells", say("spots.layer_cells", language), cells, bands),
        Layer("streets", say("spots.layer_streets", language), _streets(told), (("dense", streets),), lines=True),
        Layer("hot", say("spots.layer_hot", language), hot, (("hot", say("spots.significant", language)),)),
        Layer("critical", say("spots.layer_critical", language), critical, (("critical", likely),)),
    )
    # The map opens where the first cell is: cells of a whole department would be dots.
    first = told["cells"][0]["unit_code"]
    points = [point for one in told["cells"] if one["unit_code"] == first for point in one["ring"]]
    view = tuple((min(at(p) for p in points), max(at(p) for p in points)) for at in (_first, _second))
    area, _ = reader.mapped()
    return MapBlock(
        "spots-map",
        say("spots.map_title", language, unit=reader.focus_name, size=told["size"]),
        say("spots.map_alt", language, n=len(told["cells"])),
        tuple(layer for layer in layers if layer.shapes),
        ((view[0][0], view[1][0]), (view[0][1], view[1][1])),
        {"nearer": say("spots.nearer", language), "further": say("spots.further", language)},
        " ".join(_notes(told, area is not None and area.schematic, reader)),
    )


def _notes(told: Tree, schematic: bool, reader: Reader) -> list[str]:
    """What must be said below the map of its ground and streets."""
    notes = [say("map.schematic", reader.language)] if schematic else []
    if any(one["lines"] for one in told["streets"]):
        notes.append(say("spots.streets_note", reader.language))
        if reader.edition.patterns.get("schematic_streets"):
            notes.append(say("spots.streets_schematic", reader.language))
    return notes


def _streets(told: Tree) -> tuple[Shape, ...]:
    """Streets by level, the densest last and so on top."""
    return tuple(Shape(tuple(one["lines"]), STREET_LOOKS[one["level"]]) for one in told["streets"] if one["lines"])


def _first(point: Any) -> float:
    return float(point[0])


def _second(point: Any) -> float:
    return float(point[1])


def _cell(one: Tree, reader: Reader) -> Shape:
    language = reader.language
    text = (
        say("spots.cell", language, id=one["id"], unit=reader.edition.unit_name(one["unit_code"])),
        say("spots.cell_events", language, events=_band(one["band"], reader)),
        say("spots.cell_hot" if one["hot"] else "spots.cell_not_hot", language),
    )
    return Shape((one["ring"],), LOOKS[one["band"]], text, mark=one["id"], anchor=_anchor(one))


def _anchor(one: Tree) -> str:
    return f"cell-{one['id']}"


def _band(band: int, reader: Reader) -> str:
    low, least = BANDS[band], reader.edition.minimum_cell
    if band == len(BANDS) - 1:
        return say("spots.band_last", reader.language, low=low * least, high=0)
    return say("spots.band", reader.language, low=low * least, high=BANDS[band + 1] * least - 1)


def _boundaries(reader: Reader) -> tuple[Shape, ...]:
    """Rings of the units below the focus, to the hundred metres: a ground, not a survey."""
    area, _ = reader.mapped()
    if area is None:
        return ()
    below = set(reader.below()["code"].to_list())
    shapes = []
    for feature in area.geojson["features"]:
        geometry = feature["geometry"]
        if feature["properties"]["code"] not in below:
            continue
        parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        rings = tuple([[round(x, 4), round(y, 4)] for x, y, *_ in part[0]] for part in parts)
        shapes.append(Shape(rings, "", ()))
    return tuple(shapes)


def _table(told: Tree, reader: Reader) -> Table:
    language = reader.language
    columns = ("cell", "unit", "events", "hot", "rank", "top")
    header = tuple(say(f"spots.column_{column}", language) for column in columns)
    rows = tuple(_row(one, told, reader) for one in told["cells"])
    return Table(say("spots.table", language), header, rows, frozenset({2, 4, 5}), stacked=True)


def _chance(share: float, language: str) -> str:
    """A probability told to five points, none of which is certainty."""
    if share >= 1:
        return say("spots.nearly_sure", language)
    return say("spots.hardly", language) if share <= 0 else words.percent(share, language)


def _row(one: Tree, told: Tree, reader: Reader) -> tuple[TableCell, ...]:
    language = reader.language
    rank, top = "–", "–"
    if told["told_apart"]:
        far = one["rank_high"] is None
        high = say("spots.rank_far", language, most=FURTHEST) if far else str(one["rank_high"])
        rank = say("spots.rank", language, low=one["rank_low"], high=high) if one["rank_low"] else high
        top = _chance(one["top"], language)
    name = say("spots.zone", language, id=one["id"])
    return (
        Cell(name, link=Link(name, page="map", anchor=_anchor(one)), anchor=_anchor(one)),
        reader.edition.unit_name(one["unit_code"]),
        _band(one["band"], reader),
        say("spots.yes" if one["hot"] else "spots.no", language),
        rank,
        top,
    )
