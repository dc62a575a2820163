"""Priorities voted: by approval, and by ranking (Schulze's method)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from convive.errors import Problem, VoiceError
from convive.voice.reports.shares import Share

Ranking = Sequence[Sequence[str]]
"""A ballot: groups of options from the most to the least wanted; those of one group are equal, those left out last."""


@dataclass(frozen=True)
class Approval:
    """An option and the share of ballots that approve of it."""

    option: str
    share: Share


@dataclass(frozen=True)
class Ranked:
    """Schulze's ranking: groups of options from first to last, equal ones together. ``wins[a][b]``: ballots that put
    option a before b; ``paths``: strengths of the strongest paths (Schulze 2011, winning votes)."""

    order: tuple[tuple[str, ...], ...]
    options: tuple[str, ...]
    wins: NDArray[np.int64]
    paths: NDArray[np.int64]
    ballots: int


def approval(ballots: Sequence[Sequence[str]], options: Sequence[str]) -> tuple[Approval, ...]:
    """Options by the number of ballots that approve of them, most first; equal ones in the order of ``options``."""
    for ballot in ballots:
        _refuse_strangers(ballot, options)
    counted = [Approval(one, Share(sum(one in ballot for ballot in ballots), len(ballots))) for one in options]
    return tuple(sorted(counted, key=lambda one: -one.share.part))


def schulze(ballots: Sequence[Ranking], options: Sequence[str]) -> Ranked:
    """The ranking of ``options`` by ``ballots``.

    Schulze, M. (2011): A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent single-winner
    election method. Social Choice and Welfare 36, 267–303.
    """
    for ballot in ballots:
        _refuse_strangers([option for group in ballot for option in group], options)
    wins = _wins(ballots, options)
    paths = _strongest(np.where(wins > wins.T, wins, 0))
    beaten_by = (paths < paths.T).sum(axis=1)
    order = tuple(
        tuple(option for option, times in zip(options, beaten_by, strict=True) if times == number)
        for number in sorted(set(beaten_by.tolist()))
    )
    return Ranked(order, tuple(options), wins, paths, len(ballots))


def _wins(ballots: Sequence[Ranking], options: Sequence[str]) -> NDArray[np.int64]:
    place = {option: at for at, option in enumerate(options)}
    wins = np.zeros((len(options), len(options)), dtype=np.int64)
    for ballot in ballots:
        rank = np.full(len(options), len(options))
        for position, group in enumerate(ballot):
            rank[[place[option] for option in group]] = position
        wins += rank[:, None] < rank[None, :]
    return wins


def _strongest(links: NDArray[np.int64]) -> NDArray[np.int64]:
    """Strengths of the strongest paths: the weakest link of the best way from each option to each other."""
    paths = links.copy()
    for middle in range(len(paths)):
        through = np.minimum(paths[:, middle, None], paths[None, middle, :])
        paths = np.maximum(paths, through)
    np.fill_diagonal(paths, 0)
    return paths


def _refuse_strangers(said: Sequence[str], options: Sequence[str]) -> None:
    strangers = sorted({one for one in said if one not in options} | {one for one in said if said.count(one) > 1})
    if strangers:
        raise VoiceError([Problem("ballot-option", value=one) for one in strangers])
