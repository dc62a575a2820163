"""Pages say the right numbers, in both languages, with how sure they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest

from convive.errors import LANGUAGES
from convive.publication import words
from convive.publication.edition import Edition
from convive.publication.pages import BUILDERS, addresses, build, built
from convive.publication.pages.page import Cell, ChartBlock, Headline, Link, Page, Table, Term


def strings(thing: Any) -> Iterator[str]:
    """Every text in a page, wherever it stands."""
    if isinstance(thing, str):
        yield thing
    elif dataclasses.is_dataclass(thing):
        for field in dataclasses.fields(thing):
            yield from strings(getattr(thing, field.name))
    elif isinstance(thing, tuple | list):
        for part in thing:
            yield from strings(part)


def instances(thing: Any, kind: type) -> Iterator[Any]:
    if isinstance(thing, kind):
        yield thing
    if dataclasses.is_dataclass(thing):
        for field in dataclasses.fields(thing):
            yield from instances(getattr(thing, field.name), kind)
    elif isinstance(thing, tuple | list):
        for part in thing:
            yield from instances(part, kind)


def said(page: Page) -> str:
    return "\n".join(strings(page)).replace("\u00a0", " ")


def test_every_page_has_an_address_and_a_builder_in_both_languages() -> None:
    assert tuple(BUILDERS) == addresses.NAMES
    folders = [addresses.folder(name, language) for name in addresses.NAMES for language in LANGUAGES]
    assert len(set(folders)) == len(folders)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_small_edition_has_a_title_and_a_lead(small_edition: Edition, language: str) -> None:
    for page in built(small_edition, language):
        assert page.title
        assert page.lead[0]
        assert "{" not in said(page)


def test_the_front_page_says_number_rate_and_interval_in_spanish(small_edition: Edition) -> None:
    lead = " ".join(build(small_edition, "front", "es").lead)
    assert "En 2014 se registraron 54 víctimas de homicidio en Tumbes." in lead
    assert "23.0 por cada 100,000 habitantes" in lead
    assert "entre 17.3 y 30.0" in lead
    assert "De 2013 a 2014 se pasó de 45 a 54 víctimas." in lead


def test_the_front_page_says_the_same_in_english(small_edition: Edition) -> None:
    lead = " ".join(build(small_edition, "front", "en").lead)
    assert "In 2014, 54 homicide victims were recorded in Tumbes." in lead
    assert "between 17.3 and 30.0" in lead
    assert "From 2013 to 2014 victims went from 45 to 54." in lead


def test_headlines_give_share_with_base_and_interval_and_say_how_sure(small_edition: Edition) -> None:
    page = build(small_edition, "front", "es")
    numbers = {item.label: item for block in page.blocks if block.kind == "headlines" for item in block.items}
    qualified = numbers["Homicidio calificado, 2014"]
    assert qualified.number == "48 de 54"
    assert "89" in qualified.meaning
    assert "77" in qualified.meaning
    assert "54 casos" in qualified.certainty
    assert numbers["Víctimas, primer semestre de 2015"].number == "26"
    assert numbers["Casos resueltos, primer semestre de 2015"].number == "1 de 26"


def test_every_headline_leads_to_an_explanation_that_exists(small_edition: Edition) -> None:
    for language in LANGUAGES:
        anchors = {term.anchor for term in instances(build(small_edition, "how", language), Term)}
        links = [
            link
            for link in instances(build(small_edition, "front", language), Link)
            if link.page == "how" and link.anchor
        ]
        assert len(links) == 7
        assert {link.anchor for link in links} <= anchors


def test_below_the_minimum_base_nothing_is_a_percentage(small_edition: Edition) -> None:
    """With 7 victims a share is “3 of 7”: no page may turn it into a percentage."""
    shares = pl.col("indicator").str.contains("share")
    few = small_edition.figures.with_columns(
        denominator=pl.when(shares).then(pl.lit(7, pl.Int64)).otherwise("denominator"),
        count=pl.when(shares).then(pl.lit(3, pl.Int64)).otherwise("count"),
        value=pl.when(shares).then(3 / 7).otherwise("value"),
    )
    edition = dataclasses.replace(small_edition, figures=few)
    for name in ("front", "victims", "reasons"):
        for language in LANGUAGES:
            # The first sentences may give the probability that a change is real: not a share of victims.
            blocks = build(edition, name, language).blocks
            text = "\n".join(strings(blocks)).replace("95 %", "").replace("95%", "")
            assert "%" not in text, (name, language)
    assert "3 de 7" in said(build(edition, "front", "es"))
    assert "3 of 7" in said(build(edition, "front", "en"))


def test_a_withheld_count_is_said_so_and_never_zero(small_edition: Edition) -> None:
    page = build(small_edition, "victims", "es")
    cells = [cell for cell in instances(page, Cell) if cell.tone == "withheld"]
    assert cells
    assert all(cell.text == "reservada" for cell in cells)


def test_reasons_tell_what_is_unknown_and_that_categories_were_merged(small_edition: Edition) -> None:
    text = said(build(small_edition, "reasons", "es"))
    assert "22 de 54 (41 %; entre 28 % y 55 %)" in text
    assert "Desde 2014" in text
    assert "«Crimen organizado»" in text


def test_the_map_says_that_an_overlap_may_be_chance(small_edition: Edition) -> None:
    text = said(build(small_edition, "map", "es"))
    assert "el orden puede deberse al azar" in text
    assert "esquemático" in text


def test_a_break_of_the_population_forbids_the_comparison(small_edition: Edition) -> None:
    broken = pl.DataFrame([("24", 2013, 2014, 0.163, "")], schema=small_edition.breaks.schema, orient="row")
    edition = dataclasses.replace(small_edition, breaks=broken)
    assert "hay un quiebre de la serie de población" in " ".join(build(edition, "front", "es").lead)
    trend = said(build(edition, "trend", "en"))
    assert "from 2013 to 2014 changes by +16%" in trend


def test_an_edition_without_figures_says_so_on_every_page(small_edition: Edition) -> None:
    figures = small_edition.figures.clear()
    bare = dataclasses.replace(
        small_edition,
        figures=figures,
        sources=(),
        audit=(),
        scorecard={},
        patterns={},
        evaluations=[],
        committee={},
        answer_clock={},
    )
    names = (
        "front",
        "victims",
        "trend",
        "hours",
        "map",
        "alerts",
        "moved",
        "evaluations",
        "ahead",
        "reasons",
        "choose",
        "act",
        "answer",
        "quality",
        "audit",
    )
    for language in LANGUAGES:
        whys = [build(bare, name, language) for name in names]
        assert all(len(page.lead) == 1 and not page.blocks for page in whys)
        assert len({page.lead for page in whys}) == len(whys)
        assert {page.menu for page in whys} == {("front", "evidence", "how", "definitions", "sources")}


def test_sources_tell_files_rejects_and_what_is_missing(small_edition: Edition) -> None:
    text = said(build(small_edition, "sources", "es"))
    assert "2 fuentes entregaron 2 archivos con 300 filas: 290 registros" in text
    assert "150 de 182 (82 %)" in text
    assert "Son sintéticos" in text
    assert "que no se piden siempre: Ocupación." in text
    assert "Policía; Fiscalía" in said(build(small_edition, "how", "es"))


def test_the_reason_of_a_reject_never_quotes_the_value() -> None:
    from convive.publication.pages.sources import reason_without_value

    assert "{" not in reason_without_value("setting-misfit", "es")
    assert "…" in reason_without_value("setting-misfit", "en")


def test_the_audit_tells_apart_what_differs_and_what_holds(small_edition: Edition) -> None:
    page = build(small_edition, "audit", "es")
    assert page.lead == ("De 3 afirmaciones revisadas, 1 no coincide con sus propios datos.",)
    differ, others = (block.blocks[0] for block in page.blocks[:2])
    assert [row[0] for row in differ.rows] == ["Dice human-rights"]
    assert differ.rows[0][1:4] == ("13", "16", "2 × 4 − 1 + 4 + 2 + 3 = 16")
    assert [row[4].text for row in others.rows] == ["se sostiene", "no se puede comprobar"]


@pytest.mark.parametrize(
    ("cases", "said_first"), [(5, "muy pocos casos"), (54, "Con tan pocos casos"), (540, "contando el azar")]
)
def test_how_a_rate_is_said_depends_on_how_many_cases_it_has(
    small_edition: Edition, cases: int, said_first: str
) -> None:
    rate = pl.col("indicator") == "homicide_rate"
    figures = small_edition.figures.with_columns(count=pl.when(rate).then(pl.lit(cases, pl.Int64)).otherwise("count"))
    assert said_first in build(dataclasses.replace(small_edition, figures=figures), "front", "es").lead[0]


def test_where_a_year_is_withheld_all_years_together_are_told(small_edition: Edition) -> None:
    hidden = (pl.col("period") == "2014") & (pl.col("disaggregation") == "sex")
    numbers = ("value", "low", "high", "count")
    withheld = small_edition.figures.with_columns(pl.when(hidden).then(None).otherwise(pl.col(numbers)).name.keep())
    male = small_edition.figures.filter(hidden & (pl.col("category") == "male")).with_columns(period=pl.lit("all"))
    edition = dataclasses.replace(small_edition, figures=pl.concat([withheld, male]))
    page = build(edition, "victims", "es")
    assert "Sexo de las víctimas, todo el periodo" in said(page)
    assert "49 de 54" not in page.lead[0]


@pytest.mark.parametrize(
    ("written", "language", "shown"),
    [
        ("SDG 16.1.1; Protocolo de Bogotá", "es", "ODS 16.1.1; Protocolo de Bogotá"),
        ("SDG 16.1.1; Protocolo de Bogotá", "en", "SDG 16.1.1; Bogotá Protocol"),
        ("3.2, Annex 4", "es", "3.2, Anexo 4"),
        ("Case study 1", "es", "Estudio de caso 1"),
        ("8.2, Chart 1", "en", "8.2, Chart 1"),
    ],
)
def test_names_of_standards_and_sections_are_in_the_readers_language(written: str, language: str, shown: str) -> None:
    assert words.named(written, language) == shown


def test_one_word_for_each_thing_in_spanish(small_edition: Edition) -> None:
    for page in built(small_edition, "es"):
        for former in ("SDG", "desglose", "subyacente", "de fondo", "corte de la serie"):
            assert former not in said(page), (page.name, former)


def with_status(edition: Edition, indicator: str, period: str, status: str, reason: str = "") -> Edition:
    here = (pl.col("indicator") == indicator) & (pl.col("period") == period) & (pl.col("disaggregation") == "total")
    figures = edition.figures.with_columns(
        status=pl.when(here).then(pl.lit(status)).otherwise("status"),
        status_reason=pl.when(here).then(pl.lit(reason)).otherwise("status_reason"),
    )
    return dataclasses.replace(edition, figures=figures)


def test_a_card_says_in_words_that_its_figure_is_provisional_or_not_comparable(small_edition: Edition) -> None:
    edition = with_status(small_edition, "homicide_rate", "2014", "not_comparable", "disclosure.too_few")
    cards = {card.label: card for card in instances(build(edition, "front", "es"), Headline)}
    assert cards["Tasa de homicidios, 2014"].status.startswith("No comparable. Son muy pocas víctimas")
    assert cards["Víctimas, primer semestre de 2015"].status == "Cifra provisional: todavía puede cambiar."
    assert cards["Víctimas de homicidio, 2014"].status == ""
    unknown = with_status(small_edition, "homicide_rate", "2014", "not_comparable", "of.another.version")
    told = [card.status for card in instances(build(unknown, "front", "es"), Headline)]
    assert "Cifra no comparable con las de otros periodos." in told
    lead = " ".join(build(with_status(small_edition, "homicides", "2014", "provisional"), "front", "en").lead)
    assert "Provisional figure: it may still change." in lead


def test_tables_of_the_map_say_the_status_of_each_unit(small_edition: Edition) -> None:
    edition = with_status(small_edition, "homicide_rate", "2014", "not_comparable")
    (table,) = [table for table in instances(build(edition, "map", "es"), Table) if "provincia" in table.caption]
    assert table.header[-1] == "Estado"
    assert {row[-1].text for row in table.rows if isinstance(row[-1], Cell)} == {
        "conteo: definitiva; tasa: no comparable"
    }
    both = with_status(with_status(edition, "homicides", "2014", "provisional"), "homicide_rate", "2014", "provisional")
    assert "Víctimas por provincia, 2014" in said(build(both, "map", "es"))
    assert {cell.text for cell in instances(build(both, "map", "es"), Cell)} >= {"provisional"}


def test_the_table_of_a_chart_has_a_column_of_status_wherever_a_figure_is_not_final(small_edition: Edition) -> None:
    def table(edition: Edition) -> Table:
        return next(block.table for block in instances(build(edition, "trend", "es"), ChartBlock))

    assert "Estado" not in table(small_edition).header
    edition = small_edition
    for year in ("2011", "2012", "2013", "2014"):
        edition = with_status(edition, "homicides", year, "provisional")
    assert table(edition).header[-1] == "Estado"
    assert {row[-1] for row in table(edition).rows} == {"provisional"}
    notes = next(block.note for block in instances(build(edition, "trend", "es"), ChartBlock))
    assert "Estas cifras son provisionales" in notes
    some = with_status(small_edition, "homicides", "2014", "provisional")
    (years, *_) = instances(build(some, "trend", "es"), ChartBlock)
    assert "Algunas cifras son provisionales" in years.note


@pytest.mark.parametrize(
    ("place", "front", "where"),
    [
        ("occurrence", "Homicidios en Tumbes, por el lugar del hecho", "Dónde ocurren los homicidios en Tumbes"),
        (
            "death",
            "Homicidios en Tumbes, por el lugar de la muerte",
            "Dónde mueren las víctimas de homicidio en Tumbes",
        ),
        ("residence", "Homicidios de residentes de Tumbes", "Dónde vivían las víctimas de homicidio de Tumbes"),
    ],
)
def test_titles_say_by_what_place_cases_are_counted(small_edition: Edition, place: str, front: str, where: str) -> None:
    edition = dataclasses.replace(small_edition, place=place)
    assert build(edition, "front", "es").title == front
    assert build(edition, "map", "es").title == where
    assert "Se cuenta a cada víctima donde" in build(edition, "map", "es").lead[-1]


def without(edition: Edition, *fields: str) -> Edition:
    """The edition whose sources bring none of ``fields``."""
    cases = edition.quality["cases"]
    absent = [{"field": field, "label": {"es": field, "en": field}, "required": False} for field in fields]
    told = [*edition.quality["fields"], *({**field, "missing": cases, "disagreements": 0} for field in absent)]
    return dataclasses.replace(edition, quality={**edition.quality, "fields": told})


def test_nothing_is_said_of_a_motive_that_no_source_brings(small_edition: Edition) -> None:
    edition = without(small_edition, "motive", "resolved")
    for language in LANGUAGES:
        front = build(edition, "front", language)
        assert len(list(instances(front, Headline))) == 5
        assert "reasons" not in front.menu
        assert "reasons" not in {link.page for link in instances(front, Link)}
        assert "share_motive_unknown" not in said(build(edition, "how", language))
    assert build(edition, "reasons", "es").lead == (
        "Esta página está vacía porque ninguna fuente dice el motivo de los homicidios.",
    )


def test_a_breakdown_that_no_source_brings_is_named_and_not_drawn(small_edition: Edition) -> None:
    edition = without(small_edition, "qualified", "penal_type", "qualified_ground", "police_class", "place_type")
    page = build(edition, "victims", "es")
    assert {block.name for block in instances(page, ChartBlock)} == {"victims-sex", "victims-age", "victims-mechanism"}
    assert "Ninguna fuente de esta edición dice: Tipo de lugar; Homicidio calificado o no." in said(page)
    assert "Homicidio calificado, 2014" not in said(build(edition, "front", "es"))


def test_a_merging_of_categories_is_told_only_where_the_data_have_them(small_edition: Edition) -> None:
    other = small_edition.figures.filter(~pl.col("category").str.contains("organised"))
    assert "Desde 2014" not in said(build(dataclasses.replace(small_edition, figures=other), "reasons", "es"))


def test_the_way_to_the_trend_promises_other_cities_only_where_they_are(small_edition: Edition) -> None:
    assert "junto a otras ciudades" in said(build(small_edition, "front", "es"))
    alone = dataclasses.replace(small_edition, compare=())
    assert "junto a otras ciudades" not in said(build(alone, "front", "es"))


def test_the_menu_leads_to_every_page_that_has_something_to_show(small_edition: Edition) -> None:
    shown = tuple(name for name in addresses.NAMES if name not in {"choose", "act"})  # it has no matrix and no plan
    assert {page.menu for page in built(small_edition, "es")} == {shown}


def test_the_quality_page_tells_each_criterion_by_itself(small_edition: Edition) -> None:
    spanish, english = (said(build(small_edition, "quality", language)) for language in LANGUAGES)
    assert "11 de 184 (6 %)" in spanish
    assert "hasta 5 %" in spanish
    assert "ningún umbral es del Protocolo" in spanish
    assert "no threshold is the Protocol's" in english
    assert "taller" in spanish
    assert "no se cumple" in spanish
    assert "reservada" in spanish
    assert "Crimen organizado" in spanish
    assert "unos 196 (entre 188 y 211" in spanish
    assert "unos 12 que ninguna vio" in spanish
    assert "el intervalo, el del modelo que deja depender a todas las fuentes" in spanish
    assert "fueran 2 veces las estimadas, el total sería 209; si fuera al revés, 190" in spanish
    assert "3.1 % (esperada)" in spanish
    assert "3.1% (expected)" in english
    assert "184–203" in spanish
    assert "Se habla de 2011 a 2015" in spanish
    assert "about 12 that none saw" in english
    assert "98.0" in english
    assert "los pares desde 98 % se unieron solos: 403, entre los que se esperan 0.1 uniones falsas" in spanish
    assert "Those between 2% and 98% are settled by people: 12, of which 7.9 are expected to be one death" in english
    assert "0.3 missed joins are expected" in english


def test_where_coverage_cannot_be_told_the_quality_page_says_why(small_edition: Edition) -> None:
    refused = [{"es": "Son muy pocas muertes.", "en": "There are too few deaths."}]
    told = {**small_edition.scorecard["coverage"], "total": None, "low": None, "high": None, "refused": refused}
    edition = dataclasses.replace(small_edition, scorecard={**small_edition.scorecard, "coverage": told})
    assert "Son muy pocas muertes." in said(build(edition, "quality", "es"))
    assert "que ninguna vio" not in said(build(edition, "quality", "es")).replace("Muertes que ninguna fuente vio", "")


def with_quality(edition: Edition, field: str, missing: int | None) -> Edition:
    told = {"field": field, "label": {"es": field, "en": field}, "required": True, "disagreements": 0}
    fields = [*edition.quality["fields"], {**told, "missing": missing}]
    return dataclasses.replace(edition, quality={**edition.quality, "fields": fields})


def test_the_map_tells_the_victims_that_are_in_no_row(small_edition: Edition) -> None:
    assert "2014: de las" not in said(build(small_edition, "map", "es"))
    here = (pl.col("unit_code") == "2401") & (pl.col("indicator") == "homicides")
    fewer = small_edition.figures.with_columns(
        count=pl.when(here & (pl.col("period") == "2014")).then(pl.lit(37, pl.Int64)).otherwise("count")
    )
    text = said(build(dataclasses.replace(small_edition, figures=fewer), "map", "es"))
    assert "2014: de las 54 víctimas de Tumbes, 3 están contadas en el total pero en ningún territorio" in text
    withheld = fewer.with_columns(count=pl.when(here).then(None).otherwise("count"))
    assert "ningún territorio" not in said(build(dataclasses.replace(small_edition, figures=withheld), "map", "es"))


@pytest.mark.parametrize(
    ("missing", "text"),
    [
        (55, "De 182 muertes de toda clase que tiene el registro, de 55 no se conoce el lugar del hecho"),
        (None, "De algunas muertes del registro no se conoce el lugar del hecho"),
        (0, ""),
    ],
)
def test_the_map_tells_the_deaths_that_are_in_no_figure(small_edition: Edition, missing: int | None, text: str) -> None:
    found = said(build(with_quality(small_edition, "occurrence", missing), "map", "es"))
    assert (text in found) if text else ("no se conoce el lugar del hecho" not in found)


def test_the_answer_clock_tells_the_worst_first_with_the_number_behind_it(small_edition: Edition) -> None:
    spanish, english = (said(build(small_edition, "answer", language)) for language in LANGUAGES)
    assert spanish.index("Municipalidad Provincial de Tumbes") < spanish.index("Empresa de alumbrado público")
    assert spanish.index("Empresa de alumbrado público") < spanish.index("Todas las instituciones")
    assert "ni la mitad (3 de 8)" in spanish
    assert "Gobierno Regional ·" not in spanish
    assert "Empresa de alumbrado público · luz-antigua" in spanish, "a category that the catalogue has no longer"
    assert "3.0 days (1.0 to 6.0); 6 of 6" in english
    few = {**small_edition.answer_clock, "rows": [], "all": None}
    assert "muy pocos reportes" in said(build(dataclasses.replace(small_edition, answer_clock=few), "answer", "es"))
    alone = dataclasses.replace(small_edition, committee={})
    assert "ni la mitad" in said(build(alone, "answer", "es"))
    none = dataclasses.replace(small_edition, answer_clock={})
    assert "Respondidos" not in said(build(none, "answer", "es"))


def test_the_committee_answers_in_plain_words(small_edition: Edition) -> None:
    spanish, english = (said(build(small_edition, "answer", language)) for language in LANGUAGES)
    assert "el comité tuvo 4 sesiones; con quórum, 3; con todos sus integrantes, 0" in spanish
    assert "5 de 11 (el quórum pide 6)" in spanish
    assert "vencido hace 122 días" in spanish
    assert "Período" not in spanish
    assert "DS 011-2014-IN, art. 32.1.a" in spanish
    assert "por verificar en la norma" not in spanish
    unread = [period | {"verified": False} for period in small_edition.committee["periods"]]
    marked = dataclasses.replace(small_edition, committee=small_edition.committee | {"periods": unread})
    assert "por verificar en la norma" in said(build(marked, "answer", "es"))
    assert "Ejemplo ilustrativo" in spanish
    assert "Session 2016-4 was held" in english
    assert f"7:{'a' * 64}" in english
    assert "verify-log" in english
