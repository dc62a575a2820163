"""Why: the motives recorded, and how much is not known."""

from __future__ import annotations

import polars as pl

from convive.publication import words
from convive.publication.pages import parts
from convive.publication.pages.page import Block, Notice, Page, Prose, Section, Table, TableCell
from convive.publication.reading import Reader
from convive.standard import classification
from convive.texts import say

NAME = "reasons"
FIELD = "motive"


def build(reader: Reader) -> Page:
    language = reader.language
    blocks: list[Block] = [*parts.chart("reasons-motive", reader)]
    if not blocks:
        return parts.empty(NAME, reader)
    blocks += [Notice(text) for text in merged(reader)]
    blocks.append(
        Section(
            "unknown",
            say("reasons.unknown", language),
            (Prose((say("reasons.unknown_text", language),)), *_years(reader)),
        )
    )
    return Page(NAME, language, say("reasons.title", language, unit=reader.focus_name), _lead(reader), tuple(blocks))


def merged(reader: Reader) -> list[str]:
    """What each merging of categories means for whoever compares years; only of categories that the figures have."""
    language = reader.language
    motives = classification(FIELD)
    there = set(reader.figures.filter(pl.col("disaggregation") == FIELD)["category"])
    former: dict[str, list[str]] = {}
    codes: dict[str, set[str]] = {}
    for code in motives.codes.values():
        if code.successor:
            codes.setdefault(code.successor, set()).add(code.code)
            former.setdefault(code.successor, []).append(
                f"«{code.labels[language]}»" if language == "es" else f"“{code.labels[language]}”"
            )
    return [
        say(
            "reasons.merged",
            language,
            year=str(starts.year),
            successor=motives.label(successor, language),
            former=", ".join(labels),
        )
        for successor, labels in former.items()
        if (starts := motives.codes[successor].valid_from) and (successor in there or there & codes[successor])
    ]


def _lead(reader: Reader) -> tuple[str, ...]:
    figure = reader.published("share_motive_unknown")
    if figure is None:
        return (say("reasons.lead_plain", reader.language),)
    period = words.period(figure.period, reader.language)
    return (say("reasons.lead", reader.language, period=period, share=words.share(figure, reader)),)


def _years(reader: Reader) -> list[Block]:
    language = reader.language
    rows: list[tuple[TableCell, ...]] = []
    for year in reader.full_years():
        figure = reader.figure("share_motive_unknown", year)
        if figure is not None:
            rows.append((words.qualified(year, figure, language), words.share(figure, reader)))
    header = (say("site.column.period", language), say("reasons.share_unknown", language))
    return [Table(say("reasons.table", language), header, tuple(rows))] if rows else []
