"""Where the data come from, what was rejected, what is missing, where sources disagree, what is synthetic."""

from __future__ import annotations

import datetime as dt

from convive.publication.edition import Tree, in_language
from convive.publication.pages.page import Block, Link, Notice, Page, Prose, Section, Table, TableCell
from convive.publication.reading import Reader
from convive.texts import date, number, say

NAME = "sources"
FILE_COLUMNS = ("institution", "file", "received", "rows", "records", "rejected", "aggregates", "synthetic")


def build(reader: Reader) -> Page:
    language = reader.language
    files = [in_language(entry, language) for entry in reader.edition.sources]
    sections = [Section("files", say("sources.files", language), _files(files, reader))]
    return Page(
        NAME,
        language,
        say("sources.title", language),
        (_lead(files, language),),
        (*_synthetic(files, language), *sections),
    )


def _lead(files: list[Tree], language: str) -> str:
    total = {key: sum(int(entry[key] or 0) for entry in files) for key in ("rows", "records", "rejected", "aggregates")}
    institutions = len({entry["source_id"] for entry in files})
    return say("sources.lead", language, institutions=institutions, files=len(files), **total)


def _synthetic(files: list[Tree], language: str) -> list[Block]:
    made_up = sorted({str(entry["title"]) for entry in files if entry["synthetic"]})
    return [Notice(say("sources.synthetic", language, titles="; ".join(made_up)))] if made_up else []


def _files(files: list[Tree], reader: Reader) -> tuple[Block, ...]:
    language = reader.language
    header = tuple(say(f"sources.column.{column}", language) for column in FILE_COLUMNS)
    rows = tuple(_file(entry, language) for entry in files)
    table = Table(say("sources.files", language), header, rows, frozenset({3, 4, 5, 6}))
    link = Link(say("sources.data", language), data="data/sources.json")
    return (table, Prose((say("sources.check", language),), (link,)))


def _file(entry: Tree, language: str) -> tuple[TableCell, ...]:
    received = entry["received_on"]
    return (
        f"{entry['title']} ({entry['publisher']})",
        str(entry["file"]),
        date(dt.date.fromisoformat(received), language, "medium") if received else "–",
        *(number(entry[key] or 0, language) for key in ("rows", "records", "rejected", "aggregates")),
        say("how.yes" if entry["synthetic"] else "how.no", language),
    )
