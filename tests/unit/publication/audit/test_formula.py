"""A formula is arithmetic on named numbers, and nothing else."""

from __future__ import annotations

import pytest

from convive.publication.audit.formula import FormulaError, evaluate, names, written


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("2 * a - b", 5.0),
        ("(a + b) / 2", 3.5),
        ("-a + 10", 6.0),
        ("a ** b", 64.0),
        ("min(a, b, 1)", 1.0),
        ("max(a, b)", 4.0),
        ("abs(b - a)", 1.0),
        ("round(a / b, 2)", 1.33),
    ],
)
def test_arithmetic(formula: str, value: float) -> None:
    assert evaluate(formula, {"a": 4.0, "b": 3.0}) == pytest.approx(value)


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os').getcwd()",
        "a.real",
        "[a][0]",
        "a if b else 1",
        "lambda: 1",
        "a and b",
        "'text'",
        "True",
        "open(a)",
        "min()",
        "round(a, digits=1)",
        "a // b",
        "a **",
        "",
    ],
)
def test_anything_else_is_refused(formula: str) -> None:
    with pytest.raises(FormulaError):
        evaluate(formula, {"a": 4.0, "b": 3.0})


def test_an_endless_power_is_refused_before_it_is_computed() -> None:
    with pytest.raises(FormulaError):
        evaluate("9 ** 9 ** 9", {})


def test_an_unknown_name_is_refused_at_its_place() -> None:
    with pytest.raises(FormulaError) as refused:
        evaluate("a + c", {"a": 1.0})
    assert (refused.value.what, refused.value.column) == ("c", 5)


def test_division_by_zero_has_no_result() -> None:
    with pytest.raises(ZeroDivisionError):
        evaluate("a / b", {"a": 1.0, "b": 0.0})


def test_names_are_the_inputs_without_the_functions() -> None:
    assert names("max(a, b) + round(c)") == {"a", "b", "c"}


def test_written_as_by_hand() -> None:
    assert written("2 * impact - cost", {"impact": 4.0, "cost": 1.0}, "en") == "2 × 4 − 1"
