"""The figures of the answer clock in words: the citizens' pages and the published site say them alike."""

from __future__ import annotations

from convive.texts import number, say


def who(body: str | None, category: str | None, language: str) -> str:
    """Whose row it is, by the names of both; without a category the others of its body, without a body all."""
    if body is None:
        return say("clock.all", language)
    return f"{body} · {say('clock.others', language) if category is None else category}"


def median(days: float | None, low: float | None, high: float | None, came: int, *, of: int, language: str) -> str:
    """Days until half had it, with interval and the number behind it; or that not even half have it."""
    if days is None:
        return say("clock.not_half", language, came=came, of=of)
    least, most = (say("clock.no_end", language) if end is None else number(end, language, 1) for end in (low, high))
    return say("clock.median", language, days=number(days, language, 1), low=least, high=most, came=came, of=of)


def share(value: float, low: float, high: float, language: str) -> str:
    """Three parts of one, in per cent."""
    told, least, most = (number(100 * part, language) for part in (value, low, high))
    return say("clock.share", language, share=told, low=least, high=most)


def ends(closed: int, solved: int, not_solved: int, language: str) -> str:
    """Closed beside solved, never the one alone."""
    return say("clock.ends_of", language, closed=closed, solved=solved, not_solved=not_solved)
