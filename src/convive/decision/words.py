"""What a choice says, in sentences: for the command line and for pages."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from babel.lists import format_list

from convive.decision.choice import Choice
from convive.decision.matrix import Matrix, WrongTotal, first_places
from convive.texts import LOCALES, number, say

DISSENTS = 5
"""How many of the widest dissents are told one by one."""

WIDE_STEPS = 2
"""From so many steps of the scale on, scorers do not see a cell alike."""


def decision(choice: Choice, language: str) -> list[str]:
    """Who is first and by how much; totals that do not add up; scores without a reason."""
    matrix, totals = choice.matrix, choice.matrix.totals
    first = np.flatnonzero(matrix.first)
    names = _names(choice, first, language)
    total = points(float(totals[choice.winner]), language)
    if len(first) > 1:
        told = [say("choosing.shared", language, names=names, total=total)]
    else:
        second = float(np.delete(totals, choice.winner).max())
        runners_up = [at for at in range(len(totals)) if choice.places[at] == 2]
        told = [
            say(
                "choosing.first",
                language,
                name=names,
                total=total,
                gap=points(float(totals[choice.winner]) - second, language),
                others=_names(choice, runners_up, language),
            )
        ]
    told += [_wrong_total(choice, wrong, language) for wrong in choice.wrong_totals]
    if choice.unreasoned:
        told.append(say("choosing.unreasoned", language, n=choice.unreasoned, of=matrix.scores.size))
    if choice.strategy.from_stakeholders:
        told.append(say("choosing.computed", language, n=len(choice.strategy.from_stakeholders)))
    return told


def doubt(choice: Choice, language: str) -> list[str]:
    """The smallest changes that change the winner; how often it is first; what holds whatever the weights."""
    told = [*_score_turning(choice, language), *_weight_turning(choice, language)]
    for worse in np.flatnonzero(choice.dominance.any(axis=0)):
        better = _names(choice, np.flatnonzero(choice.dominance[:, worse]), language)
        told.append(say("choosing.dominated", language, worse=choice.label(int(worse), language), better=better))
    for group in choice.identical:
        share = float(choice.firmness["weights"].first[list(group)].sum())
        told.append(
            say("choosing.identical", language, names=_names(choice, group, language), share=percent(share, language))
        )
    never = np.flatnonzero(~choice.can_be_first)
    if len(never):
        told.append(say("choosing.never_first", language, n=len(never), names=_names(choice, never, language)))
    return told


def dissent(choice: Choice, language: str) -> list[str]:
    """Who sees it otherwise and on what; or whose sheet is still awaited."""
    strategy = choice.strategy
    if strategy.waiting:
        return [say("choosing.waiting", language, n=len(strategy.waiting), names=", ".join(strategy.waiting))]
    if choice.dissent is None:
        return [say("choosing.no_sheets", language)]
    told = [_group(choice, language)]
    apart = choice.dissent.dissents(choice.sheets, WIDE_STEPS * choice.matrix.scale.step)
    told.append(say("choosing.cells_apart", language, n=len(apart), of=choice.matrix.scores.size, steps=WIDE_STEPS))
    for found in apart[:DISSENTS]:
        reason = strategy.sheets[found.scorer].reasons.get((found.approach, found.criterion), "")
        told.append(
            say(
                "choosing.apart_because" if reason else "choosing.apart",
                language,
                criterion=choice.criterion(found.criterion, language),
                approach=choice.label(found.approach, language),
                scorer=choice.scorer(found.scorer, language),
                score=points(found.score, language),
                others=points(found.others, language),
                reason=reason,
            )
        )
    told += _without(choice, language)
    told += [sheet.synthetic[language] for sheet in strategy.sheets[:1] if sheet.synthetic is not None]
    return told


def dissent_unnamed(choice: Choice, language: str) -> list[str]:
    """The same for who may not know the scorers: how many see what otherwise, never who or why."""
    if choice.strategy.waiting:
        return [say("choosing.waiting_unnamed", language, n=len(choice.strategy.waiting))]
    if choice.dissent is None:
        return [say("choosing.no_sheets", language)]
    apart = choice.dissent.dissents(choice.sheets, WIDE_STEPS * choice.matrix.scale.step)
    told = say("choosing.cells_apart", language, n=len(apart), of=choice.matrix.scores.size, steps=WIDE_STEPS)
    where = [
        say(
            "choosing.apart_unnamed",
            language,
            criterion=choice.criterion(found.criterion, language),
            approach=choice.label(found.approach, language),
            range=points(found.range, language),
        )
        for found in apart[:DISSENTS]
    ]
    return [_group(choice, language), told, *where]


def swing_questions(choice: Choice, language: str) -> list[str]:
    """The questions by which people say what each criterion weighs, in the words of the scale's two ends."""
    scale = choice.strategy.table.scale
    low, high = f"{scale.low:g}", f"{scale.high:g}"
    asked = [say("choosing.swing_intro", language)]
    for row in choice.strategy.table.criterion:
        ends = (low, high) if row.direction == "more" else (high, low)
        asked.append(
            say(
                "choosing.swing",
                language,
                criterion=row.label[language],
                worst=row.anchors[ends[0]][language],
                best=row.anchors[ends[1]][language],
            )
        )
    return [*asked, say("choosing.swing_end", language)]


def points(value: float, language: str) -> str:
    """A score or total with as many digits as it needs, two at most."""
    digits = next((d for d in (0, 1) if abs(value - round(value, d)) < 1e-9), 2)
    return number(value, language, digits)


def percent(share: float, language: str) -> str:
    """A share drawn by chance, in whole percent: no more is known of it. What came, but seldom, is not 0."""
    if 0 < share < 0.005:
        return say("choosing.below_one_percent", language)
    return say("choosing.percent", language, share=number(100 * share, language))


def arithmetic(matrix: Matrix, approach: int, language: str) -> str:
    """A row as one adds it up by hand: ``2 × 4 − 1 + 4 + 2 + 3 = 16``."""
    parts = []
    for score, sign, weight in zip(matrix.scores[approach], matrix.signs, matrix.weights, strict=True):
        factor = "" if weight == 1 else f"{points(float(weight), language)} × "
        parts.append(f"{'−' if sign < 0 else '+'} {factor}{points(float(score), language)}")
    total = points(float(matrix.totals[approach]), language)
    return f"{' '.join(parts).removeprefix('+ ')} = {total}"


def _wrong_total(choice: Choice, wrong: WrongTotal, language: str) -> str:
    at = choice.matrix.approaches.index(wrong.approach)
    return say(
        "choosing.wrong_total",
        language,
        name=choice.label(at, language),
        printed=points(wrong.printed, language),
        computed=points(wrong.computed, language),
        arithmetic=arithmetic(choice.matrix, at, language),
        place=int(choice.places[at]),
    )


def _score_turning(choice: Choice, language: str) -> list[str]:
    nearest = choice.score_changes[0]
    winner = choice.label(choice.winner, language)
    if nearest.to_pass < 0:
        return [say("choosing.no_score_turns", language, winner=winner)]
    if nearest.to_pass == 1:
        steps = [
            say(
                "choosing.one_score",
                language,
                criterion=choice.criterion(j, language),
                approach=choice.label(i, language),
                old=points(float(choice.matrix.scores[i, j]), language),
                new=points(float(choice.single[i, j]), language),
            )
            for i, j in np.argwhere(np.abs(choice.single - choice.matrix.scores) <= choice.matrix.scale.step + 1e-9)
        ]
        return [say("choosing.one_step", language, n=len(steps), winner=winner, steps="; ".join(steps))]
    steps = [
        say(
            "choosing.one_score",
            language,
            criterion=choice.criterion(step.criterion, language),
            approach=choice.label(step.approach, language),
            old=points(step.old, language),
            new=points(step.new, language),
        )
        for step in nearest.passing
    ]
    return [say("choosing.more_steps", language, n=nearest.to_pass, winner=winner, steps="; ".join(steps))]


def _weight_turning(choice: Choice, language: str) -> list[str]:
    nearest, matrix = choice.weight_changes[0], choice.matrix
    winner = choice.label(choice.winner, language)
    if np.isnan(nearest.moved):
        return [say("choosing.no_weight_turns", language, winner=winner)]
    challenger = choice.label(nearest.challenger, language)
    told = []
    if nearest.moved > 0:
        moved = nearest.weights - matrix.weights
        told.append(
            say(
                "choosing.weights",
                language,
                share=number(100 * nearest.moved, language, 1),
                fewer=_list([choice.criterion(int(j), language) for j in np.flatnonzero(moved < -1e-12)], language),
                more=_list([choice.criterion(int(j), language) for j in np.flatnonzero(moved > 1e-12)], language),
                challenger=challenger,
                winner=winner,
            )
        )
    for j, allowed in enumerate(choice.weight_ranges):
        weight = float(matrix.weights[j])
        if allowed.low <= 0 and np.isinf(allowed.high):
            continue
        ends = "from" if np.isinf(allowed.high) else "to" if allowed.low <= 0 else "between"
        told.append(
            say(
                f"choosing.range.{ends}",
                language,
                criterion=choice.criterion(j, language),
                weight=points(weight, language),
                low=points(allowed.low, language),
                high="" if np.isinf(allowed.high) else points(allowed.high, language),
                winner=winner,
            )
        )
    return told


def _group(choice: Choice, language: str) -> str:
    found = choice.dissent
    assert found is not None
    best = int(np.argmax(found.group))
    return say(
        "choosing.group",
        language,
        n=len(choice.sheets),
        name=_names(choice, np.flatnonzero(first_places(found.group)), language),
        value=number(float(found.group[best]), language, 1),
        low=number(float(found.low[best]), language, 1),
        high=number(float(found.high[best]), language, 1),
        agree=int(found.first[:, best].sum()),
    )


def _without(choice: Choice, language: str) -> list[str]:
    """The scorers without whom the group would choose otherwise; or that there is none."""
    found = choice.dissent
    assert found is not None
    whole = first_places(found.group)
    told = [
        say(
            "choosing.without",
            language,
            scorer=choice.scorer(at, language),
            names=_names(choice, np.flatnonzero(row), language),
        )
        for at, row in enumerate(found.without)
        if row.any() and not np.array_equal(row, whole)
    ]
    return told or [say("choosing.without_any", language)]


def _names(choice: Choice, approaches: Iterable[int], language: str) -> str:
    return _list([choice.label(int(at), language) for at in approaches], language)


def _list(names: list[str], language: str) -> str:
    return str(format_list(names, locale=LOCALES[language]))
