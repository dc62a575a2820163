"""Where the data come from, what was rejected, what is missing, where sources disagree, what is synthetic."""

from __future__ import annotations

import datetime as dt

from convive.errors import problem_texts
from convive.publication import words
from convive.publication.edition import Tree, in_language
from convive.publication.pages.page import Block, Cell, Link, Notice, Page, Prose, Section, Table, TableCell
from convive.publication.reading import Reader
from convive.standard import classification
from convive.texts import date, number, say

NAME = "sources"
FILE_COLUMNS = ("institution", "file", "received", "rows", "records", "rejected", "aggregates", "synthetic")


def build(reader: Reader) -> Page:
    language = reader.language
    files = [in_language(entry, language) for entry in reader.edition.sources]
    sections = [Section("files", say("sources.files", language), _files(files, reader))]
    sections += _section("rejects", _rejects(files, reader), reader)
    sections += _section("missing", _missing(reader), reader, *_in_no_source(reader))
    sections += _section("register", _register(reader), reader)
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
    table = Table(say("sources.files", language), header, rows, frozenset({3, 4, 5, 6}), stacked=True)
    link = Link(say("sources.data", language), data="data/sources.json")
    return (table, Prose((say("sources.check", language),), (link,)))


def _file(entry: Tree, language: str) -> tuple[TableCell, ...]:
    received = entry["received_on"]
    return (
        f"{entry['title']}. {entry['publisher']}",
        Cell(str(entry["file"]), "code"),
        date(dt.date.fromisoformat(received), language, "medium") if received else "–",
        *(number(entry[key] or 0, language) for key in ("rows", "records", "rejected", "aggregates")),
        say("how.yes" if entry["synthetic"] else "how.no", language),
    )


def _section(name: str, table: Table, reader: Reader, *more: Block) -> list[Section]:
    if not table.rows:
        return []
    text = Prose((say(f"sources.{name}_text", reader.language),))
    return [Section(name, say(f"sources.{name}", reader.language), (text, table, *more))]


def _rejects(files: list[Tree], reader: Reader) -> Table:
    """What was set aside, by reason. The reason is told without the value that it speaks of."""
    language = reader.language
    rows = tuple(
        (
            str(entry["title"]),
            str(entry["file"]),
            say(f"sources.scope_{reject['scope']}", language),
            reason_without_value(str(reject["code"]), language),
            number(reject["count"], language),
        )
        for entry in files
        for reject in entry["rejects"]
    )
    header = tuple(
        say(f"sources.column.{column}", language) for column in ("institution", "file", "scope", "reason", "times")
    )
    return Table(say("sources.rejects", language), header, rows, frozenset({4}), stacked=True)


def reason_without_value(code: str, language: str) -> str:
    """The reason of a problem with “…” where it would quote what was received."""
    return str(problem_texts()[code]["reason"][language].format_map(_Hidden()))


class _Hidden(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"


def _missing(reader: Reader) -> Table:
    """Required fields first: in how many cases the value is missing, on how many the sources disagree."""
    language = reader.language
    cases = int(reader.edition.quality.get("cases", 0))
    fields = [in_language(field, language) for field in reader.edition.quality.get("fields", ())]
    told = sorted((field for field in fields if not _nowhere(field, cases)), key=lambda field: not field["required"])
    rows = tuple(
        (
            str(field["label"]),
            say("how.yes" if field["required"] else "how.no", language),
            _missing_share(field["missing"], cases, reader),
            _count(field["disagreements"], language),
        )
        for field in told
    )
    header = tuple(say(f"sources.column.{column}", language) for column in ("field", "required", "missing", "disagree"))
    return Table(say("sources.missing_table", language, n=cases), header, rows, frozenset({2, 3}))


def _nowhere(field: Tree, cases: int) -> bool:
    return field["missing"] == cases and not field["required"]


def _in_no_source(reader: Reader) -> list[Block]:
    """Fields that nobody requires and no source gives: a sentence instead of a long table of 100 %."""
    cases = int(reader.edition.quality.get("cases", 0))
    fields = [in_language(field, reader.language) for field in reader.edition.quality.get("fields", ())]
    names = [str(field["label"]) for field in fields if _nowhere(field, cases)]
    return [Prose((say("sources.nowhere", reader.language, fields="; ".join(names)),))] if names else []


def _missing_share(missing: int | None, cases: int, reader: Reader) -> TableCell:
    if missing is None:
        return Cell(say("words.withheld", reader.language), "withheld")
    of = say("words.of", reader.language, part=missing, whole=cases)
    if cases < reader.percent_base:
        return of
    return say("words.share_plain", reader.language, of=of, share=words.percent(missing / cases, reader.language))


def _count(value: int | None, language: str) -> TableCell:
    return Cell(say("words.withheld", language), "withheld") if value is None else number(value, language)


def _register(reader: Reader) -> Table:
    """How many records became how many cases, and by which rule records were joined or kept apart."""
    language = reader.language
    told = reader.edition.register
    rules = classification("joined_by")
    rows: list[tuple[TableCell, ...]] = [
        (say(f"sources.register_{key}", language), number(told[key], language))
        for key in ("records", "cases")
        if key in told
    ]
    for key in ("joined_by", "contradictions"):
        for rule, times in sorted(told.get(key, {}).items()):
            name = say(f"sources.register_{key}", language, rule=rules.label(rule, language))
            rows.append((name, number(times, language)))
    header = (say("sources.column.step", language), say("sources.column.times", language))
    return Table(say("sources.register", language), header, tuple(rows), frozenset({1}))
