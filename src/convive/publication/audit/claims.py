"""Published claims as data: what was stated, from which inputs, by which formula."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from convive.errors import CatalogueError, Problem
from convive.observatory import Bilingual, Strict, misfits
from convive.publication.audit.formula import FormulaError, evaluate, names

Says = Literal["equals", "at_least", "at_most", "more_than", "less_than", "about", "almost"]


class FigureInput(Strict):
    """An input that is a figure of the observatory itself."""

    figure: str


class Claim(Strict):
    """One published number and the arithmetic that it should follow from.

    ``says`` is how it was stated ("at least", "almost" …); ``decimals`` the digits with which it was printed;
    ``tolerance`` the relative distance that "about" and "almost" allow.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    section: str
    statement: Bilingual
    stated: float
    says: Says = "equals"
    decimals: int = Field(default=0, ge=0, le=6)
    tolerance: float = Field(default=0.05, gt=0, lt=1)
    unit: Bilingual = Bilingual(es="", en="")
    inputs: Mapping[str, float | FigureInput]
    formula: str
    note: Bilingual | None = None


class Claims(Strict):
    """The whole of ``claims.toml``."""

    source: Bilingual
    claim: tuple[Claim, ...]


def load(path: Path) -> Claims:
    """Read ``claims.toml``; raises :class:`CatalogueError` with every mistake found."""
    try:
        claims = Claims.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(Problem("toml-unreadable", file=path.name, values={"detail": str(error)})) from error
    except ValidationError as error:
        raise CatalogueError(misfits(path, error)) from error
    problems = [problem for claim in claims.claim for problem in _mistakes(claim, path.name)]
    twice = [name for name, times in Counter(claim.id for claim in claims.claim).items() if times > 1]
    problems += [Problem("claim-twice", file=path.name, column=name, value=name) for name in twice]
    if problems:
        raise CatalogueError(problems)
    return claims


def _mistakes(claim: Claim, file: str) -> list[Problem]:
    """A formula that cannot be followed, or that asks for inputs which are not given."""
    try:
        missing = sorted(names(claim.formula) - set(claim.inputs))
        if not missing:
            evaluate(claim.formula, dict.fromkeys(claim.inputs, 1.0))
    except FormulaError as error:
        values = {"claim": claim.id, "at": error.column}
        return [Problem("formula-not-arithmetic", file=file, column=claim.id, value=error.what, values=values)]
    except ZeroDivisionError:
        return []
    there = ", ".join(claim.inputs)
    return [
        Problem("formula-unknown-input", file=file, column=claim.id, value=name, values={"there": there})
        for name in missing
    ]
