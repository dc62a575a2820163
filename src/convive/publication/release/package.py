"""``datapackage.json`` (Data Package v2, https://datapackage.org) and ``CHECKSUMS.sha256`` of a public folder.

Both are made from what lies in the folder and nothing else, so they can be made again after pages and charts were
added.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from convive.errors import LANGUAGES
from convive.publication.edition import Edition
from convive.publication.release.allowed import declared
from convive.publication.release.writing import json_bytes, put, sha256
from convive.texts import say

PROFILES = "https://datapackage.org/profiles/2.0"
CHECKSUMS = "CHECKSUMS.sha256"
LICENCES = {
    "CC-BY-4.0": ("https://creativecommons.org/licenses/by/4.0/", "Creative Commons Attribution 4.0"),
    "CC-BY-SA-4.0": ("https://creativecommons.org/licenses/by-sa/4.0/", "Creative Commons Attribution Share-Alike 4.0"),
    "CC0-1.0": ("https://creativecommons.org/publicdomain/zero/1.0/", "Creative Commons CC0 1.0"),
    "ODC-BY-1.0": ("https://opendatacommons.org/licenses/by/1-0/", "Open Data Commons Attribution 1.0"),
    "ODbL-1.0": ("https://opendatacommons.org/licenses/odbl/1-0/", "Open Data Commons Open Database 1.0"),
}
MEDIA = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".parquet": "application/vnd.apache.parquet",
}


def seal(public: Path) -> None:
    """Describe and hash everything below ``public``; call it when the last file was written."""
    put(public / "datapackage.json", json_bytes(descriptor(public), in_order=True))
    put(public / CHECKSUMS, _checksums(public))


def descriptor(public: Path) -> dict[str, Any]:
    """The Data Package descriptor of the open data below ``public``."""
    edition = Edition.load(public)
    return {
        "$schema": f"{PROFILES}/datapackage.json",
        "name": edition.id,
        "title": _both(edition.name),
        "description": _both({language: _description(edition, language) for language in LANGUAGES}),
        "version": f"{edition.as_of.isoformat()}+{edition.inputs_sha256[:12]}",
        "licenses": [licence(edition.licence)],
        "sources": _sources(edition),
        "contributors": [{"title": _both(edition.name), "roles": ["publisher"]}],
        "resources": [_resource(public, path) for path in sorted((public / "data").rglob("*")) if path.suffix in MEDIA],
    }


def licence(name: str) -> dict[str, str]:
    """A licence of the open data by its SPDX or Open Definition identifier."""
    path, title = LICENCES.get(name, ("", ""))
    return {key: value for key, value in (("name", name), ("path", path), ("title", title)) if value}


def citation(edition: Edition, language: str) -> str:
    """How the open data are cited."""
    return say(
        "release.citation",
        language,
        name=edition.name[language],
        as_of=edition.as_of.isoformat(),
        version=edition.version,
        inputs=edition.inputs_sha256[:12],
    )


def _description(edition: Edition, language: str) -> str:
    about = say("release.about", language, name=edition.name[language], as_of=edition.as_of.isoformat())
    notice = f" {edition.synthetic[language]}" if edition.synthetic else ""
    return f"{about}{notice} {citation(edition, language)}"


def _sources(edition: Edition) -> list[dict[str, str]]:
    titles = {entry["source_id"]: f"{_both(entry['title'])}. {entry['publisher']}" for entry in edition.sources}
    return [{"title": titles[name]} for name in sorted(titles)]


def _resource(public: Path, path: Path) -> dict[str, Any]:
    name = path.relative_to(public / "data").as_posix()
    told: dict[str, Any] = {
        "name": name.lower().replace("/", "-"),
        "path": path.relative_to(public).as_posix(),
        "format": path.suffix[1:],
        "mediatype": MEDIA[path.suffix],
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256(path)}",
    }
    if path.suffix != ".parquet":
        told["encoding"] = "utf-8"
    return told | _about(path, name)


def _about(path: Path, name: str) -> dict[str, Any]:
    drawn = "effects" if name.startswith("charts/effect-") else "figures"
    table = declared()["tables"].get(drawn if name.startswith("charts/") else path.stem)
    if table is not None and path.suffix in (".csv", ".parquet"):
        about = {"type": "table", "schema": _schema(path, table)}
        title = _chart_title(path) if name.startswith("charts/") else _both(table["title"])
        return about | {"title": title, "description": _both(table["description"])}
    if name.startswith("charts/"):
        return {"title": _chart_title(path)}
    title = declared()["files"].get(f"data/{name}")
    return {"title": _both(title)} if title else {}


def _chart_title(path: Path) -> str:
    return _both(json.loads(path.with_suffix(".json").read_text("utf-8"))["title"])


def _schema(path: Path, table: dict[str, Any]) -> dict[str, Any]:
    names = _header(path) if path.suffix == ".csv" else list(table["columns"])
    known = {name: about for name, about in table["columns"].items() if name in names}
    fields = [{"name": name, "type": known[name]["type"], "description": _both(known[name])} for name in names]
    schema: dict[str, Any] = {"$schema": f"{PROFILES}/tableschema.json", "fields": fields, "missingValues": [""]}
    key = table["primary_key"]
    return schema | ({"primaryKey": key} if set(key) <= set(names) else {})


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8") as stream:
        return stream.readline().rstrip("\n").split(",")


def _both(texts: Any) -> str:
    """One text for a standard that knows one language: Spanish, then English where it differs."""
    return str(texts["es"]) if texts["es"] == texts["en"] else f"{texts['es']} / {texts['en']}"


def _checksums(public: Path) -> bytes:
    paths = sorted(path for path in public.rglob("*") if path.is_file() and path.name != CHECKSUMS)
    return "".join(f"{sha256(path)}  {path.relative_to(public).as_posix()}\n" for path in paths).encode()
