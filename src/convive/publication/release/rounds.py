"""What may be told of closed rounds of workshops, as it is published; what may not was left out before it came here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from convive.publication.release.allowed import entry
from convive.voice.workshops.release import PublicRound, PublicUnit, PublicVotes


def rounds(told: Sequence[PublicRound], names: Mapping[str, str]) -> dict[str, Any]:
    """The content of ``data/workshops.json``: rounds in the order given, units with their ``names``; one that the
    territory has no longer is told by its code.

    ``approval`` and ``ranked`` are None where too few voted, or nothing was to be voted on.
    """
    return entry("workshops", {"rounds": [_round(one, names) for one in told]})


def _round(one: PublicRound, names: Mapping[str, str]) -> dict[str, Any]:
    return entry(
        "workshop_round",
        {
            "closed": one.closed.isoformat(),
            "most_percent": one.most,
            "units": [_unit(unit, names.get(unit.unit, unit.unit)) for unit in one.units],
            "approval": _approval(one.votes) if one.votes else None,
            "ranked": _ranked(one.votes) if one.votes else None,
            "withheld": one.withheld,
        },
    )


def _unit(one: PublicUnit, name: str) -> dict[str, Any]:
    return entry("workshop_unit", vars(one) | {"name": name})


def _approval(votes: PublicVotes) -> list[dict[str, Any]]:
    return [
        entry("workshop_approval", {"option": dict(votes.labels[code]), "percent": share})
        for code, share in votes.approval
    ]


def _ranked(votes: PublicVotes) -> list[list[dict[str, str]]]:
    return [[dict(votes.labels[code]) for code in group] for group in votes.ranked]
