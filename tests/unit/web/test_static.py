"""The static site: a folder whose every link leads somewhere, with or without a server."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

import pytest

from convive.publication.edition import Edition
from convive.publication.pages import addresses, names
from convive.publication.site import site_files
from convive.web.static_pages import render_pages

VOID = {"meta", "link", "img", "source", "br", "hr", "input", "wbr"}


class Reading(HTMLParser):
    """What a page refers to, the works elsewhere that it cites, the anchors that it has, and whether its elements close
    in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.references: list[str] = []
        self.cited: list[str] = []
        self.anchors: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name in {"href", "src", "srcset"} and value:
                cited = tag == "a" and urlsplit(value).scheme == "https"
                (self.cited if cited else self.references).append(value)
            if name == "id" and value:
                self.anchors.append(value)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def pages(site: Path) -> Iterator[tuple[Path, Reading]]:
    for path in sorted(site.rglob("*.html")):
        yield path, Reading(path.read_text("utf-8"))


def test_there_is_a_page_for_each_address(site: Path, small_edition: Edition) -> None:
    expected = {
        f"{addresses.folder(name, language)}index.html" for name in names(small_edition) for language in ("es", "en")
    }
    assert {path.relative_to(site).as_posix() for path, _ in pages(site)} == expected


def test_every_link_leads_to_a_file_and_an_anchor_that_exist(site: Path) -> None:
    read = dict(pages(site))
    assert {path.parent.name for path, page in read.items() if page.cited} <= {"que-funciono", "what-worked"}
    for path, page in read.items():
        assert page.references
        for reference in page.references:
            assert not urlsplit(reference).scheme, f"{path}: {reference} is not relative"
            assert not reference.startswith("/"), f"{path}: {reference} needs a server"
            target, anchor = urldefrag(reference)
            file = (path.parent / target).resolve() if target else path
            assert file.is_file(), f"{path}: {reference} leads nowhere"
            if anchor:
                assert anchor in read[file].anchors, f"{path}: {reference} has no such anchor"


def test_elements_close_in_order_and_anchors_are_unique(site: Path) -> None:
    for path, page in pages(site):
        assert page.open == [], path
        assert len(set(page.anchors)) == len(page.anchors), path


def test_the_same_edition_gives_the_same_bytes(site: Path, small_edition: Edition) -> None:
    for path, content in site_files(small_edition, render_pages):
        assert content == (site / path).read_bytes(), path


def test_one_small_style_sheet_that_loads_nothing(site: Path) -> None:
    css = (site / "static" / "convive.css").read_text("utf-8")
    assert len(css.encode()) < 20_000
    assert "url(" not in css
    assert "@import" not in css


@pytest.mark.parametrize("page", ["index.html", "en/index.html"])
def test_every_headline_links_to_its_explanation(site: Path, page: str) -> None:
    html = (site / page).read_text("utf-8")
    assert html.count('class="how"') == 7
