"""The live site: every page answers, strictly, and nothing outside the released folder does."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from convive.errors import LANGUAGES
from convive.publication.pages import addresses

if TYPE_CHECKING:
    from django.test import Client

PAGES = [(name, language) for name in (*addresses.NAMES, "evaluations/controles") for language in LANGUAGES]


@pytest.mark.parametrize(("name", "language"), PAGES)
def test_every_page_answers_in_its_language(client: Client, name: str, language: str) -> None:
    answer = client.get("/" + addresses.folder(name, language))
    assert answer.status_code == 200
    assert answer.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in answer.text


@pytest.mark.parametrize(("name", "language"), PAGES)
def test_every_page_says_what_is_synthetic_and_needs_nothing_from_elsewhere(
    client: Client, name: str, language: str
) -> None:
    html = client.get("/" + addresses.folder(name, language)).text
    notice = {"es": "Los registros de víctimas son inventados.", "en": "The victim records are made up."}
    assert notice[language] in html
    assert not re.search(r"<(style|form|iframe|object|embed)\b", html)
    scripts = re.findall(r"<script ([^>]*)>", html)
    told = [one for one in scripts if "application/json" not in one]
    ours = {"map": ("js_lib_leaflet/leaflet.js", "map.js"), "hours": ("rule.js",)}
    root = addresses.up(name, language)
    assert told == [f'defer src="{root}static/{one}"' for one in ours.get(name, ())]
    assert not re.search(r"\s(style|on\w+)=", html)
    assert not re.search(r'(src|srcset)="(https?:)?//', html)
    assert not re.search(r'<link[^>]+href="(https?:)?//', html)


@pytest.mark.parametrize(("name", "language"), PAGES)
def test_the_language_switch_keeps_the_page(client: Client, name: str, language: str) -> None:
    other = "en" if language == "es" else "es"
    here = "/" + addresses.folder(name, language)
    found = re.search(rf'<a class="language" href="([^"]+)" lang="{other}"', client.get(here).text)
    assert found
    assert os.path.normpath(os.path.join(here, found[1])) == os.path.normpath("/" + addresses.folder(name, other))


def test_a_page_is_packed_once_and_only_for_who_unpacks_it(client: Client) -> None:
    plain, packed = client.get("/"), client.get("/", headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["ETag"] == plain.headers["ETag"]


def test_security_headers(client: Client) -> None:
    headers = client.get("/").headers
    policy = headers["Content-Security-Policy"]
    for directive in (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ):
        assert directive in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/charts/trend-years.es.wide.svg", "image/svg+xml"),
        ("/data/charts/trend-years.csv", "text/csv; charset=utf-8"),
        ("/data/charts/trend-years.json", "application/json; charset=utf-8"),
        ("/datapackage.json", "application/json; charset=utf-8"),
        ("/static/convive.css", 'text/css; charset="utf-8"'),
        ("/static/icon.svg", "image/svg+xml"),
        ("/static/map.js", 'text/javascript; charset="utf-8"'),
        ("/static/rule.js", 'text/javascript; charset="utf-8"'),
        ("/static/js_lib_leaflet/leaflet.js", 'text/javascript; charset="utf-8"'),
    ],
)
def test_files_come_with_their_type_and_the_same_policy(client: Client, path: str, content_type: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == content_type
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_whoever_has_a_page_or_a_file_already_gets_304(client: Client) -> None:
    first = client.get("/")
    assert client.get("/", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    chart = client.get("/charts/trend-years.es.wide.svg")
    again = client.get("/charts/trend-years.es.wide.svg", headers={"If-Modified-Since": chart.headers["Last-Modified"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    ["/nada/", "/en/nothing/", "/data/none.csv", f"/data/{'a' * 5000}", "/private/cases.parquet", "/static/none.css"],
)
def test_what_does_not_exist_is_said_in_both_languages(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Esta página no existe" in answer.text
    assert "This page does not exist" in answer.text


@pytest.mark.parametrize(
    "path", ["/data/../../secret.txt", "/data/%2e%2e/%2e%2e/secret.txt", "/charts//etc/passwd", "/data/"]
)
def test_nothing_outside_the_folder_can_be_asked_for(client: Client, site: Path, path: str) -> None:
    (site.parent / "secret.txt").write_text("secret", "utf-8")
    answer = client.get(path)
    assert answer.status_code == 404
    assert "secret" not in answer.text


def test_an_address_without_its_last_slash_leads_to_the_page(client: Client) -> None:
    answer = client.get("/victimas")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/victimas/")


def test_pages_are_only_read(client: Client) -> None:
    assert client.post("/").status_code == 405
    assert client.post("/data/charts/trend-years.csv").status_code == 405


def test_another_host_name_is_refused(client: Client) -> None:
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_a_rebuilt_folder_is_noticed(client: Client, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from convive.publication.edition import Edition

    loads: list[Path] = []
    load = Edition.load
    monkeypatch.setattr(Edition, "load", classmethod(lambda cls, folder: loads.append(folder) or load(folder)))
    client.get("/")
    client.get("/victimas/")
    assert len(loads) == 1
    marker = site / "data" / "edition.json"
    marker.unlink()
    marker.write_text("{ }", "utf-8")
    os.utime(marker, ns=(1, 1))
    client.get("/")
    assert len(loads) == 2


def test_importing_the_web_room_configures_nothing() -> None:
    code = (
        "import sys, convive.web, convive.web.static_pages; assert 'django' not in sys.modules, 'django was imported'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
