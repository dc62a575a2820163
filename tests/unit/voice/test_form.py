"""What a form keeps, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convive.errors import LANGUAGES, ObservatoryError, VoiceError
from convive.voice import form
from convive.voice.content import Content
from convive.voice.limits import limits
from convive.voice.place import cell_of, coarse
from convive.voice.sealed import CLASSES, pad

UNITS = {"240101": "Tumbes", "240102": "Corrales"}


def test_every_question_and_choice_is_said_in_both_languages() -> None:
    for one in form.fields():
        assert set(one.label) == set(LANGUAGES)
        assert set(one.hint) in (set(), set(LANGUAGES))
        assert len({choice.code for choice in one.choices}) == len(one.choices)


def test_all_that_does_not_fit_is_told_at_once() -> None:
    with pytest.raises(VoiceError) as refused:
        form.answers({"subject": "gossip", "unit": "1", "point": "x", "who": "x" * 1001}, units=UNITS, cell=1000)
    assert {one.column for one in refused.value.problems} == {"subject", "what", "who", "unit", "point"}


def test_a_unit_is_kept_by_its_name() -> None:
    assert form.answers({"what": "x", "unit": "240101"}, units=UNITS, cell=1000)["unit"] == "Tumbes"


def test_every_answer_in_words_at_its_longest_fits_the_smallest_class() -> None:
    """Therefore the length of a report without attachments tells nothing."""
    longest = {one.name: "😀" * one.most for one in form.fields() if one.kind == "words"}
    for sign in ("😀", '"', "\\", "\n"):
        answers = form.answers(
            {name: f"a{sign * (len(text) - 2)}a" for name, text in longest.items()}, units={}, cell=1000
        )
        content = Content("report", answers | {"reporter": "0" * 64}).to_bytes()
        assert len(pad(content)) == CLASSES[0]


@given(st.text(max_size=300))
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    once = form.tidy(text)
    assert form.tidy(once) == once
    assert Content.from_bytes(Content("addition", {"what": once}).to_bytes()).fields["what"] == once


@pytest.mark.parametrize("text", ["-3.5669, -80.4515", "−3.5669 −80.4515", " -3.5669;-80.4515 ", "-3.5669°, -80.4515°"])
def test_a_pair_of_degrees_is_read_as_people_write_it(text: str) -> None:
    assert cell_of(text, 1000) == coarse(-3.5669, -80.4515, 1000)


@pytest.mark.parametrize("text", ["el mercado", "-3.5669", "-91, 10", "86, 0", "0, 181", "1,2,3"])
def test_what_is_no_pair_of_degrees_is_told(text: str) -> None:
    with pytest.raises(VoiceError):
        cell_of(text, 1000)


@given(st.floats(-85, 85), st.floats(-180, 180), st.sampled_from([250, 1000, 5000]))
def test_a_cell_holds_its_point_and_stands_for_all_points_in_it(latitude: float, longitude: float, size: int) -> None:
    cell = coarse(latitude, longitude, size)
    assert abs(cell.latitude - latitude) * 111_195 <= size / 2 + 2
    middle = coarse(cell.latitude, cell.longitude, size)
    assert (middle.latitude, middle.longitude) == (cell.latitude, cell.longitude)


def test_an_observatory_may_set_its_own_limits(tmp_path: Path) -> None:
    (tmp_path / "limits.toml").write_text("[door]\nwait_seconds = 30\n", "utf-8")
    ours, theirs = limits(), limits(tmp_path)
    assert theirs.door.wait_seconds == 30
    assert theirs.door.form_hours == ours.door.form_hours
    assert theirs.visit == ours.visit


@pytest.mark.parametrize(
    "text", ["[door]\nwait = 1\n", "[door]\nwait_seconds = -1\n", "[exit]\nurl = 'javascript:x'\n", "nonsense"]
)
def test_a_limit_that_does_not_fit_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "limits.toml").write_text(text, "utf-8")
    with pytest.raises(ObservatoryError):
        limits(tmp_path)


def test_three_attachments_at_their_largest_fit_the_largest_class() -> None:
    rules = limits().attachments
    assert rules.most * rules.bytes + CLASSES[0] < CLASSES[-1]
    assert limits().request.bytes > rules.most * rules.bytes
