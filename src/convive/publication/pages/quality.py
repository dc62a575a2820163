"""How good the register is: criterion by criterion, source by source, and how many deaths nobody saw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convive.publication import words
from convive.publication.edition import Tree, in_language
from convive.publication.pages import parts
from convive.publication.pages.page import Block, Cell, Notice, Page, Prose, Section, Table, TableCell, Tone
from convive.publication.reading import Reader
from convive.standard import MISSING_KINDS, classification, concept, fields
from convive.texts import number, say

NAME = "quality"
UNSPECIFIED = ("motive", "mechanism", "place_type", "sex", "age_group")


def build(reader: Reader) -> Page:
    language = reader.language
    told = in_language(reader.edition.scorecard, language)
    if not told.get("sources"):
        return parts.empty(NAME, reader)
    makers = (_totals, _criteria, _coverage, _sources, _missing, _agreement, _unspecified, _breaks, _linkage)
    sections = [section for make in makers for section in make(told, reader)]
    return Page(NAME, language, say("quality.title", language), (say("quality.lead", language),), tuple(sections))


def _section(name: str, table: Table, reader: Reader, *more: Block) -> list[Section]:
    if not table.rows:
        return []
    text = Prose((say(f"quality.{name}_text", reader.language),))
    return [Section(name, say(f"quality.{name}", reader.language), (text, table, *more))]


def _table(
    name: str, columns: Sequence[str], rows: Sequence[tuple[TableCell, ...]], reader: Reader, **how: Any
) -> Table:
    header = tuple(say(f"quality.column.{column}", reader.language) for column in columns)
    return Table(say(f"quality.{name}", reader.language), header, tuple(rows), **how)


def _totals(told: Tree, reader: Reader) -> list[Section]:
    language, declared = reader.language, reader.edition.concept
    rows = [
        (
            concept(one["concept"]).label[language],
            _count(one["cases"], language),
            "–" if one["concept"] == declared else _count(one["more"], language),
            "–" if one["concept"] == declared else _count(one["fewer"], language),
        )
        for one in told.get("totals", ())
    ]
    columns = ("concept", "cases", "more", "fewer")
    return _section(
        "totals", _table("totals", columns, rows, reader, numeric=frozenset({1, 2, 3}), stacked=True), reader
    )


def _criteria(told: Tree, reader: Reader) -> list[Section]:
    language = reader.language
    tones: dict[str, Tone] = {"meets": "good", "falls_short": "bad", "unsaid": "doubt", "shown": ""}
    rows = [
        (
            str(one["label"]),
            _share(one["part"], one["whole"], reader) if one["state"] != "unsaid" else "–",
            _limit(one, language),
            Cell(say(f"quality.state.{one['state']}", language), tones[one["state"]]),
            str(one["named_in"]),
        )
        for one in told.get("criteria", ())
    ]
    table = _table("criteria", ("criterion", "value", "limit", "state", "named_in"), rows, reader, stacked=True)
    return _section("criteria", table, reader)


def _limit(one: Tree, language: str) -> str:
    for kind in ("at_most", "at_least"):
        if one[kind] is not None:
            return say(f"quality.{kind}", language, share=words.percent(one[kind], language))
    return "–"


def _share(part: int | None, whole: int, reader: Reader) -> TableCell:
    language = reader.language
    if part is None:
        return Cell(say("words.withheld", language), "withheld")
    of = say("words.of", language, part=part, whole=whole)
    if whole < reader.percent_base:
        return of
    return say("words.share_plain", language, of=of, share=words.percent(part / whole, language))


def _coverage(told: Tree, reader: Reader) -> list[Section]:
    one = told.get("coverage")
    if not one or not one["seen"]:
        return []
    language = reader.language
    blocks: list[Block] = []
    if one["total"] is None:
        blocks.append(Notice(" ".join(one["refused"]), say("quality.coverage_refused", language)))
    else:
        numbers = {key: round(one[key]) for key in ("seen", "total", "low", "high")}
        blocks.append(
            Prose((say("quality.coverage_answer", language, unseen=numbers["total"] - numbers["seen"], **numbers),))
        )
        if one["method"] == "loglinear":
            blocks.append(Prose((say("quality.coverage_interval", language),)))
        (_, low), (factor, high) = one["hidden"]
        ends = {"low": round(low), "high": round(high), "factor": number(factor, language)}
        blocks.append(Prose((say("quality.coverage_hidden", language, **ends),)))
    if one["years"]:
        first, last = map(str, one["years"])
        blocks.append(Prose((say("quality.coverage_years", language, first=first, last=last),)))
    blocks.append(Prose((say("quality.coverage_assumes", language), *one["assumptions"])))
    rows = [
        (
            "; ".join(" + ".join(_body(name, language) for name in pair) for pair in model["pairs"])
            or say("quality.model_independent", language),
            number(model["total"], language),
            f"{number(model['low'], language)}–{number(model['high'], language)}",
            words.percent(model["weight"], language),
        )
        for model in one["models"]
    ]
    if rows:
        columns = ("model", "total", "interval", "weight")
        blocks.append(_table("coverage_models", columns, rows, reader, numeric=frozenset({1, 2, 3})))
    if one["missed"]:
        blocks += [Prose((say("quality.coverage_missed_text", language),)), _missed_joins(one["missed"], reader)]
    return [Section("coverage", say("quality.coverage", language), tuple(blocks))]


def _missed_joins(cases: Sequence[Tree], reader: Reader) -> Table:
    """The number, had linkage missed some of the joins."""
    language = reader.language
    rows: list[tuple[TableCell, ...]] = []
    for case in cases:
        share = say("words.percent", language, value=number(100 * case["share"], language, 1))
        told = say("quality.coverage_expected", language, share=share) if case["expected"] else share
        if case["total"] is None:
            rows.append((told, Cell(say("quality.state.unsaid", language), "doubt"), "–"))
            continue
        ends = f"{number(case['low'], language)}–{number(case['high'], language)}"
        rows.append((told, number(case["total"], language), ends))
    columns = ("missed_joins", "total", "interval")
    return _table("coverage_missed", columns, rows, reader, numeric=frozenset({1, 2}))


def _body(name: str, language: str) -> str:
    return classification("source_body").label(name, language)


def _titles(reader: Reader) -> dict[str, str]:
    return {entry["source_id"]: str(in_language(entry, reader.language)["title"]) for entry in reader.edition.sources}


def _sources(told: Tree, reader: Reader) -> list[Section]:
    language, titles = reader.language, _titles(reader)
    rows = [
        (
            titles.get(one["source_id"], one["source_id"]),
            number(one["records"], language),
            _count(one["repeated"], language),
            _days(one["delay_median"], language),
            _days(one["delay_p90"], language),
        )
        for one in told.get("sources", ())
    ]
    columns = ("source", "records", "repeated", "delay_median", "delay_p90")
    return _section(
        "sources", _table("sources", columns, rows, reader, numeric=frozenset({1, 2, 3, 4}), stacked=True), reader
    )


def _count(value: int | None, language: str) -> TableCell:
    return Cell(say("words.withheld", language), "withheld") if value is None else number(value, language)


def _days(value: float | None, language: str) -> str:
    return "–" if value is None else number(value, language)


def _missing(told: Tree, reader: Reader) -> list[Section]:
    language, titles = reader.language, _titles(reader)
    entries = list(told.get("sources", ()))
    names = list(entries[0]["missing"]) if entries else []
    rows = [
        (
            fields()[name].label[language],
            titles.get(one["source_id"], one["source_id"]),
            _missing_cell(one["missing"][name], one["records"], reader),
        )
        for name in names
        for one in entries
        if one["missing"][name] is not None
    ]
    return _section("missing", _table("missing", ("field", "source", "missing"), rows, reader, stacked=True), reader)


def _missing_cell(value: int | str, whole: int, reader: Reader) -> TableCell:
    return _share(None if value == "withheld" else int(value), whole, reader)


def _agreement(told: Tree, reader: Reader) -> list[Section]:
    rows = [
        (fields()[one["field"]].label[reader.language], _share(one["agree"], one["cases"] or 0, reader))
        for one in told.get("agreement", ())
    ]
    return _section("agreement", _table("agreement", ("field", "agree"), rows, reader), reader)


def _unspecified(told: Tree, reader: Reader) -> list[Section]:
    """From the published figures alone, so that nothing withheld there can be read here."""
    del told
    language = reader.language
    years = reader.full_years()
    rows = []
    for name in UNSPECIFIED:
        cells = [_unspecified_cell(name, year, reader) for year in years]
        if any(cell != "–" for cell in cells):
            rows.append((say(f"quality.breakdown.{name}", language), *cells))
    header = (say("quality.column.field", language), *years)
    numeric = frozenset(range(1, len(header)))
    table = Table(say("quality.unspecified", language), header, tuple(rows) if years else (), numeric)
    return _section("unspecified", table, reader)


def _unspecified_cell(name: str, year: str, reader: Reader) -> TableCell:
    rows = reader.rows("homicides", unit=reader.edition.focus, period=year, disaggregation=name)
    unknown = [row for row in rows.iter_rows(named=True) if row["category"] in MISSING_KINDS]
    if rows.is_empty():
        return "–"
    if any(row["count"] is None for row in unknown):
        return Cell(say("words.withheld", reader.language), "withheld")
    return number(sum(row["count"] for row in unknown), reader.language)


def _breaks(told: Tree, reader: Reader) -> list[Section]:
    language, titles = reader.language, _titles(reader)
    rows = [
        (
            titles.get(one["source_id"], one["source_id"]),
            fields()[one["field"]].label[language],
            f"{one['before']} → {one['year']}",
            _codes(one["field"], one["gone"], language),
            _codes(one["field"], one["came"], language),
        )
        for one in told.get("breaks", ())
    ]
    columns = ("source", "field", "years", "gone", "came")
    return _section("breaks", _table("breaks", columns, rows, reader, stacked=True), reader)


def _codes(name: str, codes: Sequence[str], language: str) -> str:
    known = classification(str(fields()[name].classification))
    return "; ".join(known.label(code, language) for code in codes) or "–"


def _linkage(told: Tree, reader: Reader) -> list[Section]:
    language = reader.language
    rows = [
        (
            say("words.percent", language, value=number(100 * one["threshold"], language, 1)),
            number(one["joined"], language),
            number(one["false_joins"], language, 1),
            number(one["misses"], language, 1),
        )
        for one in told.get("linkage", ())
    ]
    columns = ("threshold", "joined", "false_joins", "misses")
    table = _table("linkage", columns, rows, reader, numeric=frozenset({0, 1, 2, 3}))
    return _section("linkage", table, reader, *_outcome(told, language))


def _outcome(told: Tree, language: str) -> list[Block]:
    """What the thresholds that hold brought, in one sentence for each zone."""
    one = told.get("outcome")
    if not one:
        return []
    limits = {name: words.percent(one[name], language) for name in ("join", "apart")}
    counts = {name: number(one[name], language) for name in ("joined", "asked", "left")}
    expected = {name: number(one[name], language, 1) for name in ("false_joins", "asked_true", "misses")}
    said = limits | counts | expected
    return [Prose(tuple(say(f"quality.outcome_{zone}", language, **said) for zone in ("joined", "asked", "left")))]
