"""Shares of reports: what was closed and what was solved, always told together."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.special import betaincinv


@dataclass(frozen=True)
class Share:
    """``part`` of ``whole`` with its exact interval of 95 % (Clopper and Pearson, 1934); no value of nothing."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        hits, misses = self.part, self.whole - self.part
        low = float(betaincinv(hits, misses + 1, 0.025)) if hits else 0.0
        high = float(betaincinv(hits + 1, misses, 0.975)) if misses else 1.0
        return low, high


@dataclass(frozen=True)
class Outcome:
    """How reports ended. ``closed``: that a body closed, whatever was said afterwards; ``solved`` and ``not_solved``:
    what reporters and panels said of all reports; the others said nothing.

    There is no way to ask it for one share alone: :meth:`both` gives closed and solved.
    """

    received: int
    answered: int
    acted: int
    closed: int
    solved: int
    not_solved: int

    def __post_init__(self) -> None:
        parts = (self.answered, self.acted, self.closed, self.solved, self.not_solved)
        if min(parts) < 0 or max(parts) > self.received or self.solved + self.not_solved > self.received:
            raise ValueError("more ended than were received")

    def both(self) -> tuple[Share, Share]:
        """Closed by the body, and solved by the word of reporter or panel, of all that were received."""
        return Share(self.closed, self.received), Share(self.solved, self.received)

    @property
    def silent(self) -> int:
        """Reports of which nobody said whether they were solved."""
        return self.received - self.solved - self.not_solved
