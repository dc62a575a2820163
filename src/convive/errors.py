"""Everything that can go wrong, drawn as one tree.

::

    ConviveError                 shown without a traceback, in the reader's language
    ├── WrongUse                 exit 2: the command was called with words it cannot follow
    └── Findings                 exit 1: the input was read and is not as it must be
        ├── ObservatoryError     observatory.toml or the folder itself
        ├── ProfileError         a source's profile.toml, its columns or codes
        ├── SourceFileError      a received file as a whole (encoding, empty, too large, unsafe)
        ├── TerritoryError       units, boundaries, population
        ├── CatalogueError       a data file of ours or of the city: indicators, claims, classifications
        ├── AnalysisError        places, times or values that a method of analysis cannot answer
        ├── DecisionError        a matrix, a score sheet or stakeholders on which no choice can rest
        ├── PlanError            a plan, its evidence or a gate that does not fit
        ├── VoiceError           a report, receipt, share or key that does not open, fit or pass
        ├── CommitteeError       the committee's data, or its log where it is not whole
        ├── EvaluationError      a series, comparison or registration on which no measure can be judged
        └── BuildError           the folder cannot be written, another build runs, a check of the build failed

A finding is made of :class:`Problem`. The same problem, met on one row or one value, becomes a line of the rejects
file instead of an exception: the good rows go on. What a problem says in Spanish and English lives in
``problems.toml`` of the room that finds it, so that messages, rejects and translations come from one place.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

LANGUAGES = ("es", "en")

FINE = 0
FOUND = 1
WRONG_USE = 2


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, where it is, and what to do about it.

    ``code`` names an entry of a ``problems.toml``; ``values`` fills its named placeholders, a label in both languages
    (``{"es": …, "en": …}``) with that of the reader. ``row`` counts as a spreadsheet does: the first line of the file
    is row 1, whether or not it is a header.
    """

    code: str
    file: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    def reason(self, language: str) -> str:
        return self._say("reason", language)

    def remedy(self, language: str) -> str:
        return self._say("remedy", language)

    def place(self) -> str:
        """Where it is, in the form ``file:row [column]``, as far as known."""
        where = self.file if self.row is None else f"{self.file}:{self.row}"
        return f"{where} [{self.column}]" if self.column else where

    def _say(self, part: str, language: str) -> str:
        known = {
            "file": self.file,
            "row": "" if self.row is None else self.row,
            "column": self.column,
            "value": self.value,
        }
        values = {name: one[language] if isinstance(one, Mapping) else one for name, one in self.values.items()}
        return problem_texts()[self.code][part][language].format_map(known | values)


class ConviveError(Exception):
    """Root of the tree; carries the problems that it tells of."""

    exit_code = FOUND

    def __init__(self, problems: Problem | Iterable[Problem]):
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(self.describe("en"))

    def __reduce__(self) -> tuple[type[ConviveError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)

    def describe(self, language: str) -> str:
        """All problems, one paragraph each: place, reason, remedy."""
        return "\n".join(
            f"{problem.place()}: {problem.reason(language)} {problem.remedy(language)}".removeprefix(": ")
            for problem in self.problems
        )


class WrongUse(ConviveError):
    exit_code = WRONG_USE


class Findings(ConviveError):
    """The input was read and is not as it must be."""


class ObservatoryError(Findings):
    """observatory.toml or the folder itself."""


class ProfileError(Findings):
    """A source's profile.toml, its columns or codes."""


class SourceFileError(Findings):
    """A received file as a whole: encoding, emptiness, size, safety."""


class TerritoryError(Findings):
    """Units, boundaries, population."""


class CatalogueError(Findings):
    """A data file: indicators, claims, classifications."""


class AnalysisError(Findings):
    """Places, times or values that a method of analysis cannot answer."""


class DecisionError(Findings):
    """A matrix, a score sheet or stakeholders on which no choice can rest."""


class PlanError(Findings):
    """A plan, a piece of evidence or a decision on a gate that does not fit."""


class VoiceError(Findings):
    """A sealed report, a receipt, a share or a key that does not open, fit or pass. Never tells what a report says."""


class CommitteeError(Findings):
    """The committee's data, or its log where it is not whole."""


class EvaluationError(Findings):
    """A series, a comparison or a registration on which no measure can be judged."""


class BuildError(Findings):
    """The folder cannot be written, another build runs, or a check of the build failed."""


@cache
def problem_texts() -> dict[str, dict[str, dict[str, str]]]:
    """Every problem code with its ``reason`` and ``remedy`` by language.

    A code that two rooms define is a mistake of ours, hence the assertion.
    """
    texts: dict[str, dict[str, dict[str, str]]] = {}
    for path in sorted(Path(__file__).parent.rglob("problems.toml")):
        for code, entry in tomllib.loads(path.read_text("utf-8")).items():
            assert code not in texts, f"problem code {code!r} is defined twice, the second time in {path}"
            texts[code] = entry
    return texts
