"""The pages of what the analysis found: what stands out, what does not, and how many alarms are false."""

from __future__ import annotations

import dataclasses

import pytest

from convive.publication.edition import Edition
from convive.publication.pages import build
from convive.publication.pages.page import MapBlock, Page, RuleBlock, Section


def said(page: Page) -> str:
    """All that a page holds, in one text."""
    return repr(page).replace("\\xa0", " ")


def without(edition: Edition, part: str, **changed: object) -> Edition:
    """The edition with ``part`` of its patterns changed."""
    return dataclasses.replace(edition, patterns={**edition.patterns, part: {**edition.patterns[part], **changed}})


def the_map(edition: Edition, language: str = "es") -> MapBlock:
    spots = next(one for one in build(edition, "map", language).blocks if getattr(one, "anchor", "") == "spots")
    assert isinstance(spots, Section)
    return next(block for block in spots.blocks if isinstance(block, MapBlock))


def test_the_map_says_what_stands_out_and_what_does_not(small_edition: Edition) -> None:
    spanish, english = (said(build(small_edition, "map", language)) for language in ("es", "en"))
    assert "1 celda reúne más hechos" in spanish
    assert "A (Tumbes)" in spanish
    assert "no se distingue del azar: no debe tratarse como punto crítico" in spanish
    assert "should not be treated as a hot spot" in english
    assert "3.2 veces" in spanish
    assert "1 a 3" in spanish
    assert "2 a más de 20" in spanish


def test_the_map_draws_each_cell_with_words_and_a_place_to_link_to(small_edition: Edition) -> None:
    layers = {layer.name: layer for layer in the_map(small_edition).layers}
    assert [shape.anchor for shape in layers["cells"].shapes] == ["cell-A", "cell-B"]
    assert layers["cells"].shapes[0].text == (
        "Zona A, Tumbes",
        "12 hechos o más en todo el periodo",
        "Se distingue del azar.",
    )
    assert len(layers["hot"].shapes) == 1
    assert len(layers["boundaries"].shapes) == 3


def test_the_map_opens_where_the_first_cell_is(small_edition: Edition) -> None:
    (west, south), (east, north) = the_map(small_edition).view
    assert (west, south, east, north) == pytest.approx((-80.45, -3.56, -80.445, -3.555))


def test_a_map_without_anything_hot_says_so(small_edition: Edition) -> None:
    cold = [{**one, "hot": False} for one in small_edition.patterns["spots"]["cells"]]
    edition = without(small_edition, "spots", cells=cold, clusters=[], accuracy=None)
    assert "ninguna se distingue del azar" in said(build(edition, "map", "es"))
    few = without(small_edition, "spots", enough=False)
    assert "menos de 30 hechos" in said(build(few, "map", "es"))
    none = without(small_edition, "spots", cells=[])
    assert "los hechos están dispersos" in said(build(none, "map", "es"))


def test_a_map_that_foretold_no_better_than_chance_is_not_recommended(small_edition: Edition) -> None:
    poor = {**small_edition.patterns["spots"]["accuracy"], "low": 0.6}
    assert "No conviene decidir con él" in said(build(without(small_edition, "spots", accuracy=poor), "map", "es"))


def test_alarms_stand_beside_their_false_ones(small_edition: Edition) -> None:
    spanish, english = (said(build(small_edition, "alerts", language)) for language in ("es", "en"))
    assert "1 de 2 reglas dieron alguna alarma" in spanish
    assert "semana del 8 de junio de 2015 (5 víctimas)" in spanish
    assert "semana del 1 de diciembre de 2014. En un año tranquilo daría 0.4 por azar" in spanish
    assert "EARS C2" in spanish
    assert "ninguna alarma. En un año tranquilo daría 1.0 por azar" in spanish
    assert "in the last four weeks" in english


def test_an_alarm_of_long_ago_is_none_of_now(small_edition: Edition) -> None:
    old = [{**one, "alarms": []} for one in small_edition.patterns["alarms"]["methods"]]
    quiet = said(build(without(small_edition, "alarms", methods=old), "alerts", "es"))
    assert "ninguna de 2 reglas dio alarma" in quiet
    assert "últimas cuatro semanas" not in quiet


def test_changes_gatherings_and_repeats_are_sentences(small_edition: Edition) -> None:
    spanish = said(build(small_edition, "alerts", "es"))
    assert "Hacia enero de 2012 (entre diciembre de 2011 y marzo de 2012) el nivel subió a 4.4 veces" in spanish
    assert "Tumbes: 6.1 veces los hechos esperados, en 9 días" in spanish
    assert "Sí: a menos de 400 m y 14 días de un hecho hay 2.6 veces" in spanish
    nothing = without(
        small_edition,
        "alarms",
        changes=[],
        gatherings={**small_edition.patterns["alarms"]["gatherings"], "found": []},
        repeat={**small_edition.patterns["alarms"]["repeat"], "p": 0.4},
    )
    spanish = said(build(nothing, "alerts", "es"))
    assert "no se encuentra un cambio de nivel" in spanish
    assert "no hay, en ningún círculo" in spanish
    assert "No se ve" in spanish


def test_what_moved_is_said_with_its_doubt(small_edition: Edition) -> None:
    spanish, english = (said(build(small_edition, "moved", language)) for language in ("es", "en"))
    assert "cambió en el último año más de lo que explica el azar" in spanish
    assert "Tienen una parte mayor que antes: Zarumilla." in spanish
    assert "«efecto cucaracha»" in spanish
    assert "−20 (−35 a −5)" in spanish
    assert "+4 (−6 a +14)" in spanish
    assert "not yet: more time is needed" in english
    assert "fewer victims, surroundings counted" in english


def test_where_nothing_can_be_said_of_moving_the_page_says_so(small_edition: Edition) -> None:
    spanish = said(build(without(small_edition, "moved", similarity=None, spread=None), "moved", "es"))
    assert "no puede decirse si los homicidios se mudaron" in spanish
    assert "hacen falta al menos cinco territorios" in spanish
    empty = without(small_edition, "moved", similarity=None, spread=None, operations=[])
    assert "Esta página está vacía" in said(build(empty, "moved", "es"))


def test_the_page_of_what_may_come_says_when_the_simple_way_wins(small_edition: Edition) -> None:
    spanish, english = (said(build(small_edition, "ahead", language)) for language in ("es", "en"))
    assert "nada ha sido claramente mejor que lo más simple: el mapa de siempre" in spanish
    assert "the simple way wins: the long-run map named 10% of the area and caught about 45%" in english
    assert "cantinas, a no más de 500 m (2.7 veces; 1.6–4.4)" in spanish
    assert "son inventados: se dibujaron" in spanish
    assert "No se distinguen del azar: colegios." in spanish
    assert spanish.count("nada de ningún lugar verdadero") == 2  # above the finding, and in the text for the minutes
    assert "page='map', anchor='cell-A'" in spanish
    better = {**small_edition.patterns["ahead"]["forecast"], "simple_wins": False, "best": "self-exciting"}
    assert "La diferencia es clara" in said(build(without(small_edition, "ahead", forecast=better), "ahead", "es"))
    chance = {**small_edition.patterns["ahead"]["why"], "chosen": []}
    assert "ninguno se distingue del azar" in said(build(without(small_edition, "ahead", why=chance), "ahead", "es"))
    unknown = said(build(without(small_edition, "ahead", why=None), "ahead", "es"))
    assert "no puede decirse por qué aquí" in unknown


def test_streets_and_critical_points_are_layers_that_say_what_they_are(small_edition: Edition) -> None:
    layers = {layer.name: layer for layer in the_map(small_edition).layers}
    assert layers["streets"].lines
    assert [shape.look for shape in layers["streets"].shapes] == ["some", "dense"]
    assert len(layers["critical"].shapes) == 1
    assert "no dicen en qué calle fue" in the_map(small_edition).note
    assert "son esquemáticas" in the_map(small_edition).note
    surveyed = dataclasses.replace(small_edition, patterns={**small_edition.patterns, "schematic_streets": False})
    assert "son esquemáticas" not in the_map(surveyed).note
    bare = without(small_edition, "spots", streets=[])
    assert "streets" not in {layer.name for layer in the_map(bare).layers}


@pytest.mark.parametrize("name", ["map", "hours", "alerts", "moved", "ahead"])
def test_each_page_of_the_analysis_has_a_text_for_the_minutes(name: str, small_edition: Edition) -> None:
    for language, words in (("es", "Según Observatorio de Tumbes"), ("en", "According to Tumbes Observatory")):
        page = build(small_edition, name, language)
        minutes = next(one for one in page.blocks if getattr(one, "anchor", "") == "minutes")
        assert isinstance(minutes, Section)
        (prose,) = minutes.blocks
        (text,) = prose.paragraphs  # type: ignore[union-attr]
        assert text.startswith(words)
        assert len(text) > 200
        assert ("inventados" if language == "es" else "invented") in text


def test_a_rule_is_reckoned_with_published_hours_alone(small_edition: Edition) -> None:
    page = build(small_edition, "hours", "es")
    rules = next(one for one in page.blocks if isinstance(one, Section) and one.anchor == "rules")
    form = next(block for block in rules.blocks if isinstance(block, RuleBlock))
    assert page.has_rule
    assert [at for at, count in enumerate(form.counts) if count is None] == [24 + 3, 3 * 24 + 20]
    figures = small_edition.figures.filter(disaggregation="hour_of_week")
    assert sum(count or 0 for count in form.counts) == figures["count"].sum()
    assert form.counts[6 * 24 + 22] == 4
    assert form.words["answer"].count("{") == 7
