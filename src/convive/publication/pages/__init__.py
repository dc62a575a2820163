"""Pages of an edition, in one language, as plain Python: no HTML, no files. One module a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from convive.publication.charts.catalogue import charts
from convive.publication.edition import Edition
from convive.publication.pages import (
    act,
    alerts,
    audit,
    choose,
    definitions,
    evidence,
    front,
    hours,
    how,
    map,
    moved,
    presence,
    quality,
    reasons,
    sources,
    trend,
    victims,
)
from convive.publication.pages.page import Page
from convive.publication.reading import Reader

BUILDERS: dict[str, Callable[[Reader], Page]] = {
    module.NAME: module.build
    for module in (
        front,
        victims,
        trend,
        hours,
        map,
        alerts,
        moved,
        reasons,
        choose,
        act,
        evidence,
        how,
        definitions,
        sources,
        quality,
        audit,
    )
}
"""The function that makes each page, by the page's name."""


def build(edition: Edition, name: str, language: str) -> Page:
    """The page ``name`` of ``edition``; raises ``KeyError`` for a name that no page has."""
    return _built(name, Reader(edition, language, charts(edition)))


def built(edition: Edition, language: str) -> Iterator[Page]:
    """Every page of ``edition``, in the order of the navigation."""
    reader = Reader(edition, language, charts(edition))
    for name in BUILDERS:
        yield _built(name, reader)


def _built(name: str, reader: Reader) -> Page:
    return replace(BUILDERS[name](reader), menu=presence.shown(reader))
