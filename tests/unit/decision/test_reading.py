"""The city's own matrix, sheets and stakeholders are read, and each mistake is named by file, row and value."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from convive.decision.disagreement import disagreement
from convive.decision.matrix import Scale
from convive.decision.reading import Strategy, load
from convive.decision.stakeholders import Stakeholders, capacity, feasibility
from convive.decision.swing import swing_weights
from convive.errors import DecisionError, Findings


@pytest.fixture
def folder(tumbes: Path, tmp_path: Path) -> Path:
    shutil.copytree(tumbes / "strategy", tmp_path / "strategy")
    return tmp_path / "strategy"


def codes(folder: Path) -> list[tuple[str, str, int | None, str]]:
    with pytest.raises(Findings) as refused:
        load(folder)
    return [(one.code, one.file, one.row, one.value) for one in refused.value.problems]


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_without_a_matrix_the_command_says_what_to_do(tmp_path: Path) -> None:
    assert codes(tmp_path)[0][0] == "matrix-missing"


def test_a_score_beyond_the_scale_is_named_by_file_and_row(folder: Path) -> None:
    changed(folder / "scores" / "business.csv", "public-health,impact,4", "public-health,impact,7")
    assert codes(folder) == [("decision-off-scale", "scores/business.csv", 2, "7")]


@pytest.mark.parametrize(
    ("old", "new", "code", "value"),
    [
        ("public-health,cost,4", "public-health,cost,four", "sheet-not-a-number", "four"),
        ("public-health,cost,4", "public-heath,cost,4", "decision-unknown-name", "public-heath"),
        ("public-health,cost,4", "public-health,impact,4", "sheet-cell-twice", "public-health, impact"),
    ],
)
def test_a_row_of_a_sheet_that_does_not_fit_is_named(folder: Path, old: str, new: str, code: str, value: str) -> None:
    changed(folder / "scores" / "business.csv", old, new)
    assert codes(folder) == [(code, "scores/business.csv", 3, value)]


def test_a_sheet_with_other_columns_or_letters_is_refused(folder: Path) -> None:
    path = folder / "scores" / "business.csv"
    changed(path, "approach,criterion,score,reason", "enfoque,criterio,puntaje,razon")
    assert codes(folder)[0][:2] == ("sheet-columns", "scores/business.csv")
    path.write_bytes("approach,criterion,score,reason\nñ".encode("cp1252"))
    assert codes(folder)[0][0] == "sheet-not-utf8"


def test_while_somebody_who_was_asked_has_not_finished_no_sheet_is_shown(folder: Path) -> None:
    assert load(folder).sheets
    (folder / "scores" / "police.toml").unlink()
    waiting = load(folder)
    assert waiting.sheets == ()
    assert waiting.waiting == ("police",)


def test_disagreement_says_who_on_what_and_how_far() -> None:
    sheets = np.array([[[1.0, 3], [4, 4]], [[1, 3], [4, 4]], [[5, 3], [4, 5]]])
    found = disagreement(sheets, [1, 1], np.ones((3, 2)))
    worst = found.dissents(sheets, 2)[0]
    assert (worst.scorer, worst.approach, worst.criterion, worst.score, worst.others) == (2, 0, 0, 5, 1)
    assert found.range.tolist() == [[4, 0], [0, 1]]
    assert found.group == pytest.approx([7 / 3 + 3, 4 + 13 / 3])
    assert found.deviation == pytest.approx([np.std([4, 4, 8], ddof=1), np.std([8, 8, 9], ddof=1)])


def test_swing_weights_are_points_brought_to_the_total() -> None:
    assert swing_weights({"a": 100, "b": 50, "c": 50}, ["c", "a", "b"], total=6) == pytest.approx([1.5, 3, 1.5])
    for wrong in ({"a": 100, "b": -1}, {"a": 0, "b": 0}, {"a": 100}):
        with pytest.raises(DecisionError):
            swing_weights(wrong, ["a", "b"])


def test_stakeholders_bring_feasibility_by_power_and_interest_and_capacity_by_power() -> None:
    people = Stakeholders(
        power=np.array([5.0, 1]),
        interest=np.array([4.0, 4]),
        position=np.array([[2.0, -2, np.nan], [-2, -2, np.nan]]),
        capacity=np.array([[4.0, np.nan, np.nan], [1, np.nan, np.nan]]),
        counted=np.array([1.0, 1]),
    )
    support = feasibility(people, Scale(1, 5, 1))
    assert support.value[:2] == pytest.approx([3 + (2 * 20 - 2 * 4) / 24, 1])
    assert np.isnan(support.value[2])
    assert support.known.tolist() == [2, 2, 0]
    assert capacity(people).value[0] == pytest.approx((5 * 4 + 1) / 6)


def test_the_founding_matrix_names_its_source_for_every_row(founding: Strategy) -> None:
    assert len(founding.matrix.approaches) == 8
    assert founding.table.source["es"]
