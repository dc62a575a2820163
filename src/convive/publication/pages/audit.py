"""Claims that were published, recomputed from their own inputs: what holds and what does not."""

from __future__ import annotations

from convive.publication import words
from convive.publication.edition import Tree, in_language
from convive.publication.pages import parts
from convive.publication.pages.page import Block, Cell, Page, Prose, Section, Table, TableCell, Tone
from convive.publication.reading import Reader
from convive.texts import say

NAME = "audit"
TONES: dict[str, Tone] = {"holds": "good", "differs": "bad", "cannot_be_checked": "doubt"}


def build(reader: Reader) -> Page:
    language = reader.language
    claims = [in_language(entry, language) for entry in reader.edition.audit]
    if not claims:
        return parts.empty(NAME, reader)
    differ = [claim for claim in claims if claim["verdict"] == "differs"]
    others = [claim for claim in claims if claim["verdict"] != "differs"]
    blocks: list[Block] = []
    for name, some in (("differ", differ), ("hold", others)):
        if some:
            blocks.append(Section(name, say(f"audit.{name}", language), (_table(name, some, language),)))
    blocks.append(Section("method", say("audit.method", language), (Prose((say("audit.method_text", language),)),)))
    lead = say("audit.lead", language, claims=len(claims), n=len(differ))
    return Page(NAME, language, say("audit.title", language), (lead,), tuple(blocks))


def _table(name: str, claims: list[Tree], language: str) -> Table:
    columns = ("claim", "stated", "recomputed", "arithmetic", "verdict", "section")
    header = tuple(say(f"audit.column.{column}", language) for column in columns)
    return Table(
        say(f"audit.{name}", language),
        header,
        tuple(_row(claim, language) for claim in claims),
        frozenset({1, 2}),
        stacked=True,
    )


def _row(claim: Tree, language: str) -> tuple[TableCell, ...]:
    verdict = str(claim["verdict"])
    return (
        str(claim["claim"]),
        str(claim["stated"]),
        str(claim["recomputed"]),
        str(claim["arithmetic"]),
        Cell(say(f"audit.verdict.{verdict}", language), TONES[verdict]),
        words.named(str(claim["section"]), language),
    )
