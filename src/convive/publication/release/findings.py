"""The audited claims as they are published: what was stated, what its inputs give, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from convive.errors import LANGUAGES
from convive.publication.audit import Finding
from convive.publication.release import allowed


def findings(found: Iterable[Finding]) -> list[dict[str, Any]]:
    """One entry a claim, in the order of the file of claims."""
    return [_entry(one) for one in found]


def _entry(one: Finding) -> dict[str, Any]:
    claim = one.claim
    return allowed.entry(
        "claim",
        {
            "id": claim.id,
            "section": claim.section,
            "claim": claim.statement.model_dump(),
            "stated": _said(one.stated),
            "recomputed": _said(one.result),
            "arithmetic": _said(one.arithmetic),
            "words": _said(one.words),
            "verdict": one.verdict,
        },
    )


def _said(words: Callable[[str], str]) -> dict[str, str]:
    return {language: words(language) for language in LANGUAGES}
