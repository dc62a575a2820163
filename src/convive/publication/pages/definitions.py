"""Every indicator, how its interval is computed, and the words used."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from convive.publication import words
from convive.publication.pages.how import definition_anchor
from convive.publication.pages.page import Block, Page, Prose, Section, Term, Terms
from convive.publication.reading import Reader
from convive.texts import number, say

NAME = "definitions"
FACTS = ("numerator", "denominator", "unit", "method", "standard", "caution", "version")
NOTHING = "–"
"""What the catalogue writes where no standard defines the indicator."""


def build(reader: Reader) -> Page:
    language = reader.language
    indicators = Terms(tuple(_indicator(name, reader) for name in reader.edition.definitions))
    blocks: tuple[Block, ...] = (
        Section("indicators", say("definitions.indicators", language), (indicators,)),
        Section("certainty", say("definitions.certainty", language), (Prose(_certainty(language)),)),
        Section("disclosure", say("definitions.disclosure", language), (Prose((_disclosure(reader),)),)),
        Section("glossary", say("definitions.glossary", language), (Terms(_glossary(language)),)),
    )
    lead = say("definitions.lead", language, concept=say(f"definitions.concept_{reader.edition.concept}", language))
    return Page(NAME, language, say("definitions.title", language), (lead,), blocks)


def _indicator(name: str, reader: Reader) -> Term:
    definition = reader.edition.definition(name, reader.language)
    told = dict(definition) | {"unit": say(f"definitions.unit.{definition['unit']}", reader.language)}
    facts = tuple(
        (say(f"definitions.fact.{fact}", reader.language), words.named(str(told[fact]), reader.language))
        for fact in FACTS
        if told.get(fact) and told[fact] != NOTHING
    )
    return Term(definition_anchor(name), str(definition["label"]), (str(definition["definition"]),), facts)


def _certainty(language: str) -> tuple[str, ...]:
    rules = certainty_rules()
    firm, rough = (int(rules["levels"][level]["minimum_cases"]) for level in ("firm", "rough"))
    return (
        say("definitions.certainty_text", language, firm=number(firm, language), rough=number(rough, language)),
        rules["source"][language],
    )


@cache
def certainty_rules() -> dict[str, Any]:
    """The rules by which a figure is called firm, rough or weak."""
    return tomllib.loads(Path(__file__).with_name("certainty.toml").read_text("utf-8"))


def _disclosure(reader: Reader) -> str:
    edition = reader.edition
    return say(
        "definitions.disclosure_text", reader.language, cell=edition.minimum_cell, base=edition.minimum_percent_base
    )


def _glossary(language: str) -> tuple[Term, ...]:
    words = tomllib.loads((Path(__file__).parent / "glossary.toml").read_text("utf-8"))
    terms = [
        Term(f"word-{anchor}", entry["name"][language], (entry["meaning"][language],))
        for anchor, entry in words.items()
    ]
    return tuple(sorted(terms, key=lambda term: term.name.casefold()))
