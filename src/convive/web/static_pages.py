"""The same pages that are served live, as files that also work from a USB stick."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from convive.publication.edition import Edition
from convive.web import setup

STATIC = ("convive.css", "icon.svg", "map.js", "rule.js")
LEAFLET = ("leaflet.css", "leaflet.js")


def render_pages(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """Each page of the edition as (path below the site's folder, bytes), then the static files that the pages need.

    Links name ``index.html``, so that the folder can be opened without a server.
    """
    setup()
    from convive.publication.pages import addresses, built
    from convive.web.public.rendering import render

    for language in edition.languages:
        for page in built(edition, language):
            yield f"{addresses.folder(page.name, language)}index.html", render(page, edition, explicit=True)
    for name in STATIC:
        yield f"static/{name}", files("convive.web.public").joinpath("static", name).read_bytes()
    for name in LEAFLET:
        path = f"static/js_lib_leaflet/{name}"
        yield path, files("js_lib_leaflet").joinpath(path).read_bytes()
