"""Published claims: what is well formed, and what each way of saying a number means."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from convive.errors import CatalogueError
from convive.publication import audit

HEAD = 'source = { es = "Estudio", en = "Study" }\n'


def _claim(
    *, name: str = "one", formula: str = "a", inputs: str = "{ a = 1 }", more: str = "", stated: float = 1
) -> str:
    return (
        f'[[claim]]\nid = "{name}"\nsection = "1"\nstatement = {{ es = "Dice", en = "Says" }}\nstated = {stated}\n'
        f'inputs = {inputs}\nformula = "{formula}"\n{more}\n'
    )


def _file(folder: Path, *claims: str) -> Path:
    path = folder / "claims.toml"
    path.write_text(HEAD + "\n".join(claims), "utf-8")
    return path


def _codes(path: Path) -> list[str]:
    with pytest.raises(CatalogueError) as refused:
        audit.load(path)
    return [problem.code for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("claims", "codes"),
    [
        ([_claim(formula="open(a)")], ["formula-unknown-input"]),
        ([_claim(formula="a.real")], ["formula-not-arithmetic"]),
        ([_claim(formula="a +")], ["formula-not-arithmetic"]),
        ([_claim(formula="a + b")], ["formula-unknown-input"]),
        ([_claim(), _claim()], ["claim-twice"]),
        ([_claim(name="Not An Id")], ["setting-misfit"]),
        ([_claim(more='says = "perhaps"')], ["setting-misfit"]),
        ([_claim(formula="a + b"), _claim(name="two", formula="c")], ["formula-unknown-input"] * 2),
        (["[[claim"], ["toml-unreadable"]),
    ],
)
def test_mistakes_are_all_told(tmp_path: Path, claims: list[str], codes: list[str]) -> None:
    assert _codes(_file(tmp_path, *claims)) == codes


@pytest.mark.parametrize(
    ("says", "decimals", "stated", "value", "verdict"),
    [
        ("equals", 0, 30, 29.6, "holds"),
        ("equals", 0, 30, 29.4, "differs"),
        ("equals", 1, 1.4, 1.44, "holds"),
        ("equals", 1, 1.4, 1.46, "differs"),
        ("at_least", 0, 20, 19.6, "holds"),
        ("at_least", 0, 20, 16.3, "differs"),
        ("at_most", 0, 20, 20.4, "holds"),
        ("at_most", 0, 20, 20.6, "differs"),
        ("more_than", 0, 5, 5.02, "holds"),
        ("more_than", 0, 5, 5.0, "differs"),
        ("less_than", 0, 5, 4.99, "holds"),
        ("less_than", 0, 5, 5.0, "differs"),
        ("about", 0, 100, 95.5, "holds"),
        ("about", 0, 100, 94.5, "differs"),
        ("almost", 0, 12, 11.5, "holds"),
        ("almost", 0, 12, 12.0, "differs"),
        ("almost", 0, 12, 11.0, "differs"),
    ],
)
def test_what_the_words_mean(
    tmp_path: Path, says: str, decimals: int, stated: float, value: float, verdict: str
) -> None:
    text = _claim(stated=stated, inputs=f"{{ a = {value} }}", more=f'says = "{says}"\ndecimals = {decimals}')
    (finding,) = audit.check(_file(tmp_path, text), None)
    assert (finding.verdict, finding.recomputed) == (verdict, value)


def test_tolerance_widens_about(tmp_path: Path) -> None:
    text = _claim(stated=100, inputs="{ a = 85 }", more='says = "about"\ntolerance = 0.2')
    assert audit.check(_file(tmp_path, text), None)[0].verdict == "holds"


@pytest.mark.parametrize(("formula", "inputs"), [("a / b", "{ a = 1, b = 0 }"), ("a**a**a**a", "{ a = 9 }")])
def test_no_result_cannot_be_checked(tmp_path: Path, formula: str, inputs: str) -> None:
    (finding,) = audit.check(_file(tmp_path, _claim(formula=formula, inputs=inputs)), None)
    assert (finding.verdict, finding.recomputed) == ("cannot_be_checked", None)


def _figures(value: float | None) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "indicator": ["homicides", "homicides"],
            "unit_code": ["24", "24"],
            "period": ["2014", "2014"],
            "disaggregation": ["total", "sex"],
            "category": ["total", "female"],
            "value": [54.0, value],
        },
        schema_overrides={"value": pl.Float64},
    )


def test_inputs_may_be_figures(tmp_path: Path) -> None:
    inputs = '{ a = { figure = "homicides/24/2014/sex/female" }, b = { figure = "homicides/24/2014" } }'
    path = _file(tmp_path, _claim(stated=7.4, formula="100 * a / b", inputs=inputs, more="decimals = 1"))
    assert audit.check(path, _figures(4.0))[0].verdict == "holds"
    assert audit.check(path, _figures(None))[0].verdict == "cannot_be_checked"
    assert audit.check(path, None)[0].verdict == "cannot_be_checked"


def test_a_value_just_beyond_what_was_stated_is_not_rounded_onto_it(tumbes: Path) -> None:
    (claim,) = [one for one in audit.load(tumbes / "claims.toml").claim if one.id == "barranca-fivefold"]
    assert audit.Finding(claim, "holds", 25.1 / 5, {}).result("es") == "5.02 veces"
