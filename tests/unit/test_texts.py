"""Texts in the reader's language and way of writing numbers and dates."""

from __future__ import annotations

import datetime as dt

import pytest

from convive.texts import date, label, number, say


@pytest.mark.parametrize(
    ("value", "language", "decimals", "written"),
    [
        (1234.5, "es", 1, "1,234.5"),
        (1234.5, "en", 1, "1,234.5"),
        (1234567, "es", 0, "1,234,567"),
        (0.125, "es", 2, "0.12"),
        (-3, "en", 0, "-3"),
        (7, "es", 2, "7.00"),
    ],
)
def test_numbers(value: float, language: str, decimals: int, written: str) -> None:
    assert number(value, language, decimals) == written


def test_dates() -> None:
    day = dt.date(2014, 5, 3)
    assert (date(day, "es"), date(day, "en")) == ("3 de mayo de 2014", "May 3, 2014")


def test_plural_forms_are_chosen_by_n_and_numbers_are_written() -> None:
    one = say("cli.build.claims", "es", n=1, folder="x")
    many = say("cli.build.claims", "es", n=1234, folder="x")
    assert "una afirmación" in one
    assert "1,234 afirmaciones" in many
    assert "2014" in say("cli.check.more", "es", n="2014")
    assert say("cli.check.value", "en") == "Value"


def test_a_missing_text_is_never_silent() -> None:
    with pytest.raises(KeyError):
        say("cli.nothing.of.the.kind", "es")
    with pytest.raises(KeyError):
        say("cli.check.more", "es")


def test_labels() -> None:
    assert label({"es": "sexo", "en": "sex"}, "en") == "sex"
