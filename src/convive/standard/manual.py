"""The manual of the record, written from the data files: ``docs/standard.md`` and ``docs/standard.en.md``.

``python -m convive.standard.manual docs`` writes both.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from convive.standard.classification import Classification, Code, classifications
from convive.standard.concepts import Concept, Rule, concepts
from convive.standard.fields import Field, fields, groups
from convive.standard.unknown import KINDS, UnknownKind
from convive.texts import say

FILES = {"es": "standard.md", "en": "standard.en.md"}


def manual(language: str) -> str:
    """The whole manual in ``language`` as Markdown."""
    parts = (_opening, _unknown_kinds, _fields, _concepts, _classifications)
    return "\n".join(line for part in parts for line in part(language)) + "\n"


def write_manual(folder: Path) -> None:
    """Both languages into ``folder``."""
    for language, name in FILES.items():
        (folder / name).write_text(manual(language), "utf-8")


def _say(name: str, language: str, **values: object) -> str:
    return say(f"standard.manual.{name}", language, **values)


def _opening(language: str) -> Iterator[str]:
    yield f"# {_say('title', language)}"
    for name in ("other_language", "unit", "generated"):
        yield from ("", _say(name, language))
    yield from ("", f"## {_say('reading', language)}", "")
    for name in ("coded", "measured", "place", "fused", "letters"):
        yield f"- {_say(name, language)}"


def _unknown_kinds(language: str) -> Iterator[str]:
    yield from ("", f"## {_say('unknowns', language)}", "")
    yield from _table(_say("kind_head", language), (_kind_row(kind, language) for kind in KINDS.values()))


def _kind_row(kind: UnknownKind, language: str) -> tuple[str, ...]:
    return (f"`{kind.code}`", kind.label[language], kind.meaning[language], _yes_no(kind.missing, language))


def _fields(language: str) -> Iterator[str]:
    yield from ("", f"## {_say('fields', language)}")
    for group, title in groups().items():
        members = [field for field in fields().values() if field.group == group]
        yield from ("", f"### {title[language]}", "")
        yield from _table(_say("field_head", language), (_field_row(field, language) for field in members))


def _field_row(field: Field, language: str) -> tuple[str, ...]:
    listed = f"[{field.classification}](#{field.classification})" if field.classification else ""
    return (
        f"`{field.name}`",
        field.label[language],
        say(f"standard.kind.{field.kind}", language),
        listed,
        _yes_no(field.required, language),
        say(f"standard.disclosure.{field.disclosure}", language),
        _told(field, language),
        field.source,
    )


def _told(field: Field, language: str) -> str:
    sentences = [field.meaning[language]]
    if field.caution[language]:
        sentences.append(_say("caution", language, caution=field.caution[language]))
    if not field.carried:
        sentences.append(_say("not_carried", language))
    return " ".join(sentences)


def _concepts(language: str) -> Iterator[str]:
    yield from ("", f"## {_say('concepts', language)}", "", _say("how_concepts", language))
    for concept in concepts().values():
        yield from ("", f"### {concept.label[language]} (`{concept.id}`)", "")
        yield from (concept.meaning[language], "", concept.unknown[language])
        yield from _limits(concept, language)
        for rule in concept.rules:
            yield from ("", _period(rule, language), "", *_steps(rule, language))
        yield from ("", _say("source", language, source=concept.source, version=concept.version))


def _limits(concept: Concept, language: str) -> Iterator[str]:
    if concept.within:
        yield from ("", _say("within", language, concept=concepts()[concept.within].label[language]))
    for field, codes in concept.separable.items():
        yield from ("", _say("separable", language, field=field, codes=_listed(codes)))


def _period(rule: Rule, language: str) -> str:
    start = rule.valid_from.isoformat() if rule.valid_from else _say("always", language)
    end = rule.valid_to.isoformat() if rule.valid_to else _say("open_end", language)
    return _say("period", language, start=start, end=end, note=rule.note[language])


def _steps(rule: Rule, language: str) -> Iterator[str]:
    steps = [_say("excludes", language, field=field, codes=_listed(codes)) for field, codes in rule.exclude.items()]
    steps += [_rung(field, codes, language) for field, codes in rule.evidence]
    steps += [_say("undecided", language, field=field, codes=_listed(codes)) for field, codes in rule.undecided.items()]
    return (f"{number}. {step}" for number, step in enumerate(steps, 1))


def _rung(field: str, codes: tuple[str, ...], language: str) -> str:
    if not codes:
        return _say("asks_nothing", language, field=field)
    return _say("asks", language, field=field, codes=_listed(codes))


def _classifications(language: str) -> Iterator[str]:
    yield from ("", f"## {_say('classifications', language)}")
    for classification in classifications().values():
        yield from ("", f'### <a id="{classification.id}"></a>{classification.title[language]} (`{classification.id}`)')
        yield from _remarks(classification, language)
        yield ""
        codes = classification.codes.values()
        yield from _table(_say("code_head", language), (_code_row(code, language) for code in codes))


def _remarks(classification: Classification, language: str) -> Iterator[str]:
    yield from ("", _say("source", language, source=classification.source, version=classification.version))
    if classification.note[language]:
        yield from ("", classification.note[language])
    if classification.open:
        yield from ("", _say("open_list", language, pattern=classification.pattern))


def _code_row(code: Code, language: str) -> tuple[str, ...]:
    return (f"`{code.code}`", code.labels[language] + _dated(code, language), _yes_no(code.verified, language))


def _dated(code: Code, language: str) -> str:
    if code.valid_from is None and code.valid_to is None:
        return ""
    start = code.valid_from.isoformat() if code.valid_from else _say("always", language)
    end = code.valid_to.isoformat() if code.valid_to else _say("open_end", language)
    words = [_say("valid", language, start=start, end=end)]
    if code.successor:
        words.append(_say("successor", language, code=code.successor))
    return f" ({'; '.join(words)})"


def _table(head: str, rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield head
    yield "|" + " --- |" * (head.count("|") - 1)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def _listed(codes: tuple[str, ...]) -> str:
    return ", ".join(f"`{code}`" for code in codes)


def _yes_no(value: bool, language: str) -> str:
    return say(f"standard.word.{'yes' if value else 'no'}", language)


if __name__ == "__main__":
    write_manual(Path(sys.argv[1]))
