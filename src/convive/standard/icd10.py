"""Reading ICD-10: what a code of an external cause says of intent, mechanism and firearm."""

from __future__ import annotations

import polars as pl

from convive.standard.classification import Code, classification

_MEANINGS = ("intent", "mechanism", "firearm_type")


def icd10_key(column: str | pl.Expr) -> pl.Expr:
    """The key under which :func:`icd10_lookup` knows a code: three characters, or four where the fourth decides.

    ``x93.9`` gives ``X93``; ``Y87.1`` gives ``Y871``; null stays null.
    """
    expression = pl.col(column) if isinstance(column, str) else column
    code = expression.cast(pl.String).str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "")
    four = code.str.slice(0, 4)
    return pl.when(four.is_in(_four_characters())).then(four).otherwise(code.str.slice(0, 3))


def icd10_lookup() -> pl.DataFrame:
    """One row a key: key, code (the entry or block that says so), intent, mechanism, firearm_type.

    Intent is null for operations of war; mechanism and firearm_type are null where the category names none. Source:
    WHO, ICD-10, chapter XX, as kept in ``classifications/icd10.toml``.
    """
    codes = classification("icd10").codes
    blocks = [code for code in codes.values() if "first" in code.properties]
    single = [code for code in codes.values() if "first" not in code.properties]
    rows = [_row(key, block) for block in blocks for key in _between(block)] + [
        _row(code.code, code) for code in single
    ]
    schema = ["key", "code", *_MEANINGS]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(schema, pl.String), orient="row")
    return frame.unique("key", keep="last", maintain_order=True).sort("key")


def _four_characters() -> list[str]:
    return [code for code in classification("icd10").codes if len(code) == 4]


def _row(key: str, code: Code) -> tuple[str | None, ...]:
    return (key, code.code, *(code.properties.get(meaning) for meaning in _MEANINGS))


def _between(block: Code) -> list[str]:
    """Every three-character category of a block, which may run over letters: X85 … X99, Y00 … Y09."""
    first, last = (_number(block.properties[end]) for end in ("first", "last"))
    return [f"{chr(number // 100)}{number % 100:02d}" for number in range(first, last + 1)]


def _number(category: str) -> int:
    return ord(category[0]) * 100 + int(category[1:])
