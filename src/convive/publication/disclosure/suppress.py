"""Complementary suppression: hide more cells until the attacker finds nothing.

What must be reached: the feasible interval of every sensitive cell is at least ``need`` wide, i.e. holds ``need + 1``
values. The choice is greedy and deterministic: where a cell is too narrow, the row beside it (a sibling, the parent,
another year) that loses the fewest counted victims is given the same pattern of hidden categories. Were everything
hidden, each cell could have any value up to its row's total, so the search ends.
"""

from __future__ import annotations

import numpy as np

from convive.publication.disclosure.attack import exact, propagate
from convive.publication.disclosure.table import Counts, Mask, Table

ROUNDS = 200
PRUNED_ROWS = 60
"""Up to this many rows with complementary suppression are each tried without it at the end."""


def protect(table: Table, hidden: Mask, sensitive: Mask, need: Counts) -> Mask:
    """Cells to hide so that every cell of ``sensitive`` keeps an interval ``need`` wide; contains ``hidden``.

    ``need`` may not exceed a row's total. Hidden cells that anybody could compute and that are not sensitive are shown
    again: to hide them would protect nobody.
    """
    hidden = hidden | ~table.published_rows[:, None]
    start, neighbours = hidden.copy(), _neighbours(table)
    for _ in range(ROUNDS):
        _complete_rows(table, hidden, need)
        _complete_margins(table, hidden)
        width = propagate(table, hidden).width
        failing = sensitive & (width < need)
        if not failing.any():
            width = exact(table, hidden, sensitive, need).width
            failing = sensitive & (width < need)
        if not failing.any():
            return _reopen(table, _prune(table, hidden, start, sensitive, need), sensitive)
        before = hidden.copy()
        _loosen(table, hidden, failing, width, need, neighbours)
        if (hidden == before).all():
            hidden |= np.isin(table.groups, table.groups[failing.any(axis=0)])[None, :]
    return np.ones_like(hidden)


def _complete_rows(table: Table, hidden: Mask, need: Counts) -> None:
    """Within a row: hidden cells are never alone and together hold at least what is needed; smallest counts are added
    first."""
    public = table.totals >= 0
    for group in np.unique(table.groups[table.groups >= 0]):
        columns = np.flatnonzero(table.groups == group)
        counts, wanted = table.counts[:, columns], need[:, columns].max(axis=1)
        for _ in columns:
            mask = hidden[:, columns]
            short = (mask.sum(axis=1) == 1) | ((counts * mask).sum(axis=1) < wanted)
            rows = np.flatnonzero(public & mask.any(axis=1) & ~mask.all(axis=1) & short)
            if not len(rows):
                break
            price = counts[rows] + np.where(counts[rows] == 0, 1 << 40, 0) + np.where(mask[rows], 1 << 50, 0)
            hidden[rows, columns[price.argmin(axis=1)]] = True


def _complete_margins(table: Table, hidden: Mask) -> None:
    """Where a named sum is shown, its hidden parts are never alone; where no other part is left the sum is hidden
    too."""
    for wide, narrow in table.margins:
        parts = np.array([column for column in narrow if table.groups[column] >= 0], dtype=np.int64)
        mask = hidden[:, parts]
        alone = ~hidden[:, wide] & (mask.sum(axis=1) == 1) & (table.groups[list(narrow)] >= 0).all()
        for row in np.flatnonzero(alone):
            shown = parts[~mask[row]]
            hidden[row, wide if not len(shown) else shown[_cheapest(table.counts[row, shown])]] = True
        told = hidden[:, wide] & ~mask.any(axis=1) & (table.groups[list(narrow)] >= 0).all()
        for row in np.flatnonzero(told & (len(parts) > 0)):
            hidden[row, parts[_cheapest(table.counts[row, parts])]] = True


def _cheapest(counts: Counts) -> int:
    """The smallest count that is not zero, or the first zero: a zero protects least."""
    return int(np.where(counts == 0, 1 << 40, counts).argmin())


def _loosen(
    table: Table, hidden: Mask, failing: Mask, width: Counts, need: Counts, neighbours: dict[int, list[int]]
) -> None:
    touched: set[int] = set()
    for row in np.flatnonzero(failing.any(axis=1)):
        column = int(np.flatnonzero(failing[row])[0])
        pattern = hidden[row] & (table.groups == table.groups[column])
        tied = neighbours.get(int(row), [])
        tight = [k for k in tied if _slack(table, k, int(row), column, width) < need[row, column]]
        pending = [k for k in tight or tied if k not in touched]
        touched.update(tight or tied)
        spread = [_give_pattern(table, hidden, k, pattern, neighbours) for k in pending]
        if pending and not any(spread):
            _reach_further(table, hidden, pending, pattern, neighbours)


def _slack(table: Table, relation: int, row: int, column: int, width: Counts) -> int:
    return int(sum(width[other, column] for other in table.sums[relation].rows if other != row))


def _give_pattern(table: Table, hidden: Mask, relation: int, pattern: Mask, neighbours: dict[int, list[int]]) -> bool:
    """Hide ``pattern`` in the row of the relation where that costs least; False where all rows have it already."""
    rows = [row for row in table.sums[relation].rows if (pattern & ~hidden[row]).any()]
    if not rows:
        return False
    costs = [(_cost(table, hidden, row, relation, pattern, neighbours), row) for row in rows]
    hidden[min(costs)[1]] |= pattern
    return True


def _cost(table: Table, hidden: Mask, row: int, relation: int, pattern: Mask, neighbours: dict[int, list[int]]) -> int:
    """Victims no longer told by category, with those of the cheapest partner in each other relation that would need
    one."""
    cost = _loss(table, hidden, row, pattern)
    for other in neighbours[row]:
        partners = [partner for partner in table.sums[other].rows if partner != row]
        if other != relation and not any(hidden[partner][pattern].all() for partner in partners):
            cost += min(_loss(table, hidden, partner, pattern) for partner in partners)
    return cost


def _loss(table: Table, hidden: Mask, row: int, pattern: Mask) -> int:
    return int(table.counts[row, pattern & ~hidden[row]].sum())


def _reach_further(
    table: Table, hidden: Mask, relations: list[int], pattern: Mask, neighbours: dict[int, list[int]]
) -> None:
    """All rows beside the cell are hidden and still tell too much: loosen what narrows them, ring by ring."""
    lacking = np.flatnonzero((pattern & ~hidden).any(axis=1))
    useful = {k for row in lacking.tolist() for k in neighbours.get(row, ())}
    reached, ring = set(relations), set(relations)
    while ring and useful - reached:
        rows = {row for k in ring for row in table.sums[k].rows}
        ring = {k for row in rows for k in neighbours[row]} - reached
        reached |= ring
        given = [_give_pattern(table, hidden, k, pattern, neighbours) for k in sorted(ring & useful)]
        if any(given):
            return


def _prune(table: Table, hidden: Mask, start: Mask, sensitive: Mask, need: Counts) -> Mask:
    """Show again what later choices made needless, the most told first; for large tables this would take too long."""
    added = hidden & ~start
    losses = (table.counts * added).sum(axis=1)
    rows = [int(row) for row in np.argsort(-losses, kind="stable") if added[row].any()]
    if len(rows) > PRUNED_ROWS:
        return hidden
    for row in rows:
        trial = hidden.copy()
        trial[row] = start[row]
        if _is_safe(table, trial, sensitive, need):
            hidden = trial
    return hidden


def _is_safe(table: Table, hidden: Mask, sensitive: Mask, need: Counts) -> bool:
    if (sensitive & (propagate(table, hidden).width < need)).any():
        return False
    return not (sensitive & (exact(table, hidden, sensitive, need).width < need)).any()


def _reopen(table: Table, hidden: Mask, sensitive: Mask) -> Mask:
    known: Mask = propagate(table, hidden).width == 0
    return np.asarray(hidden & ~(known & ~sensitive & table.published_rows[:, None]))


def _neighbours(table: Table) -> dict[int, list[int]]:
    relations: dict[int, list[int]] = {}
    for k, one in enumerate(table.sums):
        for row in one.rows:
            relations.setdefault(row, []).append(k)
    return relations
