"""What closed rounds of workshops said of the map, on the page “Answer”: in steps, in plain words, and no more."""

from __future__ import annotations

import dataclasses
import datetime as dt

from convive.publication.edition import Edition
from convive.publication.pages import answer
from convive.publication.pages.page import Notice, Page, Section, Table
from convive.publication.reading import Reader
from convive.publication.release.rounds import rounds
from convive.voice.workshops.release import PublicRound, PublicUnit, PublicVotes

LABELS = {"p1": {"es": "Luz", "en": "Light"}, "p2": {"es": "Patrulla", "en": "Patrol"}}
UNITS = (PublicUnit("240101", 0.4, 0.2, 0.6, 50, 20, 30), PublicUnit("240102", None, None, None, 80, 20, 20))
VOTES = PublicVotes((("p1", 80), ("p2", 40)), (("p2",), ("p1",)), LABELS)
TOLD = PublicRound(dt.date(2026, 6, 30), 80, UNITS, VOTES, withheld=True)


def page(edition: Edition, *told: PublicRound, language: str = "es", committee: bool = True) -> Page:
    known = {"240101": "Tumbes"}
    changed = dataclasses.replace(edition, workshops=rounds(told, known) if told else {})
    return answer.build(Reader(changed if committee else dataclasses.replace(changed, committee={}), language))


def section(made: Page) -> Section:
    return next(one for one in made.blocks if isinstance(one, Section) and one.anchor == "checked")


def tables(made: Page) -> list[Table]:
    return [block for block in section(made).blocks if isinstance(block, Table)]


def test_agreement_and_shares_are_told_by_unit_and_votes_in_both_orders(small_edition: Edition) -> None:
    units, votes = tables(page(small_edition, TOLD))
    assert units.rows == (
        ("Tumbes", "0.4 (0.2 a 0.6)", "cerca de 50 %", "20 % o menos", "cerca de 30 %"),
        ("240102", "no puede decirse: todas las celdas son iguales", "80 % o más", "20 % o menos", "20 % o menos"),
    )
    assert votes.rows == (("Luz", "80 % o más", "2.º"), ("Patrulla", "cerca de 40 %", "1.º"))
    english = tables(page(small_edition, TOLD, language="en"))
    assert english[0].rows[0][1:3] == ("0.4 (0.2 to 0.6)", "about 50%")
    assert english[1].rows[0] == ("Light", "80% or more", "no. 2")
    assert all(table.stacked for table in (units, votes, *english))
    assert tables(page(small_edition, TOLD, committee=False)) == [units, votes]


def test_what_is_withheld_is_said_and_nothing_stands_where_no_round_was_closed(small_edition: Edition) -> None:
    def notices(told: PublicRound) -> list[str]:
        return [one.text for one in section(page(small_edition, told)).blocks if isinstance(one, Notice)]

    assert "una parte no se publica" in notices(TOLD)[0]
    assert notices(dataclasses.replace(TOLD, withheld=False)) == []
    bare = dataclasses.replace(TOLD, units=(), votes=None)
    assert "no se publica nada" in notices(bare)[0]
    assert tables(page(small_edition, bare)) == []
    assert "checked" not in {one.anchor for one in page(small_edition).blocks if isinstance(one, Section)}
