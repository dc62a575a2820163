"""What people read, in Spanish and English side by side.

Each room keeps its texts in ``texts/<name>.toml``::

    [front.title]
    es = "Lo que importa"
    en = "What matters"

    [front.deaths.one]            # plural forms: .one and .other, chosen by the value of ``n``
    es = "una muerte"
    en = "one death"

A text's address is ``<name>.<table path>``. Whole sentences, named placeholders; nothing is glued together from words.
Why not gettext: see ``docs/decisions/0003-texts-side-by-side.md``.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel.dates import format_date as _babel_date
from babel.numbers import format_decimal as _babel_decimal

from convive.errors import LANGUAGES

# Spanish of Peru writes 1,234.5 as English does; the code keeps both from drifting apart.
LOCALES = {"es": "es_PE", "en": "en_US"}


def say(address: str, language: str, /, **values: object) -> str:
    """The text at ``address`` in ``language`` with its placeholders filled.

    With a value ``n``, the plural form ``.one`` or ``.other`` is taken where the text has them. Numbers are written
    in the reader's locale, except those already given as strings.

    Raises ``KeyError`` for an address that does not exist: a missing text is a mistake of ours, never silent.
    """
    entry = _catalogue().get(address)
    if entry is None:
        form = "one" if values.get("n") == 1 else "other"
        entry = _catalogue()[f"{address}.{form}"]
    return entry[language].format_map({name: _written(value, language) for name, value in values.items()})


def label(labels: Mapping[str, str], language: str) -> str:
    """The label of a data file's entry (a mapping of language to text)."""
    return labels[language]


@lru_cache(maxsize=8192)
def number(value: float, language: str, decimals: int = 0) -> str:
    """``1234.56`` as the reader writes it, rounded to ``decimals``."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return str(_babel_decimal(value, format=pattern, locale=LOCALES[language]))


def signed(value: float, language: str, decimals: int = 0) -> str:
    """A number that may lie below zero, with the minus sign of print and not the hyphen."""
    return number(value, language, decimals).replace("-", "−")


@lru_cache(maxsize=8192)
def date(value: dt.date, language: str, form: str = "long") -> str:
    """A date in words, e.g. ``3 de mayo de 2014`` or ``May 3, 2014``."""
    return str(_babel_date(value, format=form, locale=LOCALES[language]))


def _written(value: object, language: str) -> object:
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    return number(value, language)


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = {}
    for path in sorted(Path(__file__).parent.rglob("texts/*.toml")):
        for address, entry in _flatten(path.stem, tomllib.loads(path.read_text("utf-8"))):
            assert address not in texts, f"text {address!r} is defined twice, the second time in {path}"
            texts[address] = entry
    return texts


def _flatten(prefix: str, tree: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    if set(tree) <= set(LANGUAGES):
        return [(prefix, tree)]
    return [leaf for key, branch in tree.items() for leaf in _flatten(f"{prefix}.{key}", branch)]
