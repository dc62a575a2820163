"""What worked elsewhere: every study with its source and grade, what may be expected, in both languages."""

from __future__ import annotations

from convive.errors import LANGUAGES
from convive.evaluation.evidence import studies, study
from convive.publication.edition import Edition
from convive.publication.pages import build
from convive.publication.pages.evidence import NAME, change, link
from convive.publication.pages.page import Cell, Section, Table


def tables(edition: Edition, language: str) -> list[Table]:
    blocks = [
        block for one in build(edition, NAME, language).blocks if isinstance(one, Section) for block in one.blocks
    ]
    return [block for block in blocks if isinstance(block, Table)]


def test_every_study_has_a_place_a_grade_and_a_source(small_edition: Edition) -> None:
    for language in LANGUAGES:
        cells = [cell for table in tables(small_edition, language) for row in table.rows for cell in row]
        anchors = {cell.anchor for cell in cells if isinstance(cell, Cell)}
        said = " ".join(cell.text if isinstance(cell, Cell) else cell for cell in cells)
        for one in studies():
            assert link(one, language).anchor in anchors
            assert one.source in said
            assert one.outcome[language] in said


def test_what_cannot_be_told_is_not_told(small_edition: Edition) -> None:
    spanish = tables(small_edition, "es")[0]
    first = {row[0].text if isinstance(row[0], Cell) else row[0]: row[1:] for row in spanish.rows}
    assert first["Prohibir portar armas"][0] == "−10 %"
    told = first["Paquetes de muchas medidas"][0]
    assert isinstance(told, Cell)
    assert told.text == "no se puede decir"


def test_a_change_is_written_with_its_sign() -> None:
    assert [change(ratio, "en") for ratio in (0.86, 1.0, 1.25, 0.999)] == ["−14 %", "0 %", "+25 %", "0 %"]
    cali = study("cali-guns-1993")
    assert cali is not None
    assert "Cali" in link(cali, "es").text
