"""Pages of an edition, in one language, as plain Python: no HTML, no files. One module a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from convive.publication.charts.catalogue import charts
from convive.publication.edition import Edition
from convive.publication.pages import (
    act,
    ahead,
    alerts,
    answer,
    audit,
    choose,
    definitions,
    evaluations,
    evidence,
    front,
    hours,
    how,
    map,
    measure,
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
        evaluations,
        ahead,
        reasons,
        choose,
        act,
        evidence,
        answer,
        how,
        definitions,
        sources,
        quality,
        audit,
    )
}
"""The function that makes each page, by the page's name."""


def names(edition: Edition) -> tuple[str, ...]:
    """The names of all pages of ``edition``: those of :data:`BUILDERS`, and one for each measure."""
    return (*BUILDERS, *(f"{evaluations.NAME}/{one}" for one in measure.ids(edition)))


def build(edition: Edition, name: str, language: str) -> Page:
    """The page ``name`` of ``edition``; raises ``KeyError`` for a name that no page has."""
    return _built(name, Reader(edition, language, charts(edition)))


def built(edition: Edition, language: str) -> Iterator[Page]:
    """Every page of ``edition``, in the order of the navigation."""
    reader = Reader(edition, language, charts(edition))
    for name in names(edition):
        yield _built(name, reader)


def _built(name: str, reader: Reader) -> Page:
    section, _, item = name.partition("/")
    page = measure.build(reader, item) if item and section == evaluations.NAME else BUILDERS[name](reader)
    return replace(page, menu=presence.shown(reader))
