"""The figure audit as published: one entry a claim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convive.errors import LANGUAGES
from convive.publication.audit import Finding


def findings(found: Sequence[Finding]) -> list[dict[str, Any]]:
    """Claim, what was stated, what its inputs give, the arithmetic and the verdict; texts in every language."""
    return [
        {
            "id": finding.claim.id,
            "section": finding.claim.section,
            "verdict": finding.verdict,
            "claim": finding.claim.statement.model_dump(),
            "stated": {language: finding.stated(language) for language in LANGUAGES},
            "recomputed": {language: finding.result(language) for language in LANGUAGES},
            "arithmetic": {language: finding.arithmetic(language) for language in LANGUAGES},
        }
        for finding in found
    ]
