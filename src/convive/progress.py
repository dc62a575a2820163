"""How long work tells how far it is, without knowing who listens."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """A listener: the command line draws bars, tests stay silent."""

    def start(self, step: str, total: int | None = None, **values: object) -> None:
        """A new step begins; ``step`` is a text address (:mod:`convive.texts`), ``total`` its number of units if
        known."""

    def advance(self, amount: int = 1) -> None:
        """``amount`` more units of the current step are done."""


class Silent:
    """The listener who says nothing."""

    def start(self, step: str, total: int | None = None, **values: object) -> None: ...

    def advance(self, amount: int = 1) -> None: ...
