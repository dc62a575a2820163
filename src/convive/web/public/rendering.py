"""From a page (plain Python) to HTML. Live views and static files share this."""

from __future__ import annotations

from django.template.loader import render_to_string

from convive.errors import LANGUAGES
from convive.publication.edition import Edition
from convive.publication.pages import addresses
from convive.publication.pages.page import Page
from convive.texts import date


def render(page: Page, edition: Edition, *, explicit: bool) -> bytes:
    """HTML of a page. ``explicit`` writes links with ``index.html``, for folders that no server serves."""
    other = next(language for language in LANGUAGES if language != page.language)
    context = {
        "page": page,
        "edition": edition,
        "observatory": edition.name[page.language],
        "coverage": edition.coverage[page.language] if edition.coverage else "",
        "synthetic": edition.synthetic[page.language] if edition.synthetic else "",
        "language": page.language,
        "other_language": other if other in edition.languages else "",
        "names": page.menu,
        "as_of": date(edition.as_of, page.language),
        "root": addresses.up(page.name, page.language),
        "explicit": explicit,
    }
    return render_to_string("public/page.html", context).encode()


def render_not_found() -> bytes:
    """The page for an address that does not exist, in both languages: nobody knows which one the reader wanted."""
    context = {"root": "/", "explicit": False, "language": LANGUAGES[0], "languages": LANGUAGES}
    return render_to_string("public/not_found.html", context).encode()
