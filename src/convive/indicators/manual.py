"""The manual of the indicators, written from the catalogue: ``docs/indicators.md`` and ``docs/indicators.en.md``.

``python -m convive.indicators.manual docs`` writes both.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from convive.indicators.catalogue import Indicator, catalogue
from convive.indicators.rules import rules
from convive.texts import number, say

FILES = {"es": "indicators.md", "en": "indicators.en.md"}
RULES = ("counted", "date", "unknown", "zeros", "rates", "provisional", "confidence", "change")
TOLD = ("numerator", "denominator", "method", "caution")


def manual(language: str) -> str:
    """The whole manual in ``language`` as Markdown."""
    parts = [_opening(language), *(_entry(indicator, language) for indicator in catalogue().values())]
    return "\n".join(line for part in parts for line in part) + "\n"


def write_manual(folder: Path) -> None:
    """Both languages into ``folder``."""
    for language, name in FILES.items():
        (folder / name).write_text(manual(language), "utf-8")


def _say(name: str, language: str, **values: object) -> str:
    return say(f"indicators.manual.{name}", language, **values)


def _opening(language: str) -> Iterator[str]:
    yield f"# {_say('title', language)}"
    for name in ("other_language", "lead", "generated"):
        yield from ("", _say(name, language))
    yield from ("", f"## {_say('rules', language)}", "")
    for name in RULES:
        yield f"- {_say(f'rule.{name}', language, **_numbers(language))}"


def _numbers(language: str) -> dict[str, str]:
    """The numbers that the common rules speak of."""
    table = rules()
    percents = {"percent": "confidence", "sure": "change_sure", "likely": "change_likely"}
    counts = {"months": "provisional_months", "cases": "change_cases"}
    shown = {name: f"{100 * table[rule]:g}" for name, rule in percents.items()}
    return shown | {name: number(table[rule], language) for name, rule in counts.items()}


def _entry(indicator: Indicator, language: str) -> Iterator[str]:
    yield from ("", f"## {indicator.label[language]} (`{indicator.id}`)", "", indicator.definition[language], "")
    for name in TOLD:
        text = getattr(indicator, name)[language]
        if text:
            yield f"- {_say(name, language)}: {text.removesuffix('.')}."
    lists = {
        "standard": indicator.standard.strip("–"),
        "periods": ", ".join(_say(f"period.{form}", language) for form in indicator.periods),
        "breakdowns": ", ".join(f"`{name}`" for name in indicator.breakdowns),
        "version": f"`{indicator.definition_version}`",
    }
    yield from (f"- {_say(name, language)}: {text}." for name, text in lists.items() if text)


if __name__ == "__main__":
    write_manual(Path(sys.argv[1]))
