"""From figures to tables of cells: one block for each counted population, family of breakdowns and place counted by.

Blocks do not touch each other: they share only totals, which are public.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from convive.publication.disclosure.rules import Breakdown, Rules, Treatment
from convive.publication.disclosure.table import Counts, Mask, Table, with_remainders
from convive.standard import MISSING_KINDS

REST = "~rest"
"""The victims of a row whom no listed category counts; never a figure of its own."""

KEYS = ("unit_code", "unit_level", "period")
_SMALL = Breakdown("total", ("*",), ("half", "year", "all"), "suppress", "total", 0, {})


@dataclass(frozen=True)
class Block:
    """A table with what its rows and columns are, the cells hidden from the start and those to be protected.

    ``rows``: unit_code, unit_level, period. ``columns``: (disaggregation, category).
    """

    base: str
    place: str
    rows: pl.DataFrame
    columns: tuple[tuple[str, str], ...]
    table: Table
    hidden: Mask
    sensitive: Mask
    need: Counts

    def decisions(self, hidden: Mask) -> pl.DataFrame:
        """One row a hidden cell: base, place, unit_code, period, disaggregation, category.

        Remainders stand after the rows and columns proper; no figure shows them.
        """
        row, column = np.nonzero(hidden[: self.rows.height, : len(self.columns)])
        what = pl.DataFrame(self.columns, schema=["disaggregation", "category"], orient="row")
        return pl.concat([self.rows.select("unit_code", "period")[row], what[column]], how="horizontal").with_columns(
            base=pl.lit(self.base), place=pl.lit(self.place)
        )


def blocks(figures: pl.DataFrame, parents: pl.DataFrame, rules: Rules, minimum_cell: int) -> Iterable[Block]:
    """All blocks of ``figures`` (figures_schema) that have cells. ``parents``: code, parent, level of every unit."""
    tree = Tree.of(parents)
    counted = figures.filter((pl.col("status") != "as_published") & pl.col("count").is_not_null())
    for base, treatments in rules.bases().items():
        own = counted.filter(pl.col("indicator").is_in([one.indicator for one in treatments]))
        for (place,), part in own.group_by("place", maintain_order=True):
            for family in _families(treatments, rules):
                block = _block(base, str(place), part, treatments, family, tree, rules, minimum_cell)
                if block is not None:
                    yield block


def _families(treatments: tuple[Treatment, ...], rules: Rules) -> list[tuple[Breakdown, ...]]:
    if any(one.total == "public" for one in treatments):
        return list(rules.families().values())
    return [(_SMALL,)]


def _block(
    base: str,
    place: str,
    figures: pl.DataFrame,
    treatments: tuple[Treatment, ...],
    family: tuple[Breakdown, ...],
    tree: Tree,
    rules: Rules,
    minimum_cell: int,
) -> Block | None:
    told = _named_sums(treatments, family)
    cells = _cells(figures, treatments, family, told)
    if cells.is_empty():
        return None
    public = family != (_SMALL,)
    rows = _rows(figures, treatments, cells, public)
    names = [*(one.id for one in family), *(one.column[0] for one in told)]
    columns = [(name, category) for name in names for category in _categories(cells, name, public)]
    counts = _matrix(cells, rows, columns, public)
    totals = rows["total"].to_numpy().copy() if public else np.full(rows.height, -1, dtype=np.int64)
    groups = np.array([names.index(name) for name, _ in columns], dtype=np.int64)
    families = [one for one in tree.sums(rows) if _holds(counts, *one)]
    margins = _sum_margins(counts, columns, told)
    counts, groups, clock = _clock_margins(counts, groups, columns)
    table = with_remainders(counts, totals, groups, families, margins=(*margins, *clock))
    return _marked(base, place, rows, tuple(columns), table, family, told, rules, minimum_cell)


def _named_sums(treatments: tuple[Treatment, ...], family: tuple[Breakdown, ...]) -> tuple[Treatment, ...]:
    """Indicators whose total is a sum of categories of this family, e.g. homicides in public places."""
    names = {one.id for one in family}
    return tuple(one for one in treatments if one.total == "cell" and one.disaggregation in names)


def _cells(
    figures: pl.DataFrame,
    treatments: tuple[Treatment, ...],
    family: tuple[Breakdown, ...],
    told: tuple[Treatment, ...],
) -> pl.DataFrame:
    """unit_code, unit_level, period, disaggregation, category, count of every figure of the family in its grain."""
    direct = [one.indicator for one in treatments if one.total in ("public", "small")]
    grain = {one.id: one.grain() for one in family}
    own = figures.filter(pl.col("indicator").is_in(direct))
    parts = [own.filter((pl.col("disaggregation") == name) & within) for name, within in grain.items()]
    for one in told:
        rows = figures.filter((pl.col("indicator") == one.indicator) & (pl.col("disaggregation") == "total"))
        name, category = one.column
        named = rows.with_columns(disaggregation=pl.lit(name), category=pl.lit(category))
        parts.append(named.filter(grain[one.disaggregation]))
    cells = pl.concat(parts).select(*KEYS, "disaggregation", "category", "count")
    return cells.unique(subset=[*KEYS, "disaggregation", "category"], keep="first", maintain_order=True)


def _rows(figures: pl.DataFrame, treatments: tuple[Treatment, ...], cells: pl.DataFrame, public: bool) -> pl.DataFrame:
    """The rows of the block with their total; those in which nobody was counted hide nothing and are left out."""
    keys = cells.select(KEYS).unique()
    if not public:
        return keys.with_columns(total=pl.lit(-1, dtype=pl.Int64)).sort("period", "unit_level", "unit_code")
    named = [one.indicator for one in treatments if one.total == "public"]
    totals = figures.filter(pl.col("indicator").is_in(named) & (pl.col("disaggregation") == "total"))
    totals = totals.group_by("unit_code", "period").agg(total=pl.col("count").max())
    return (
        keys.join(totals, on=["unit_code", "period"], how="inner")
        .filter(pl.col("total") > 0)
        .sort("period", "unit_level", "unit_code")
    )


def _categories(cells: pl.DataFrame, name: str, public: bool) -> list[str]:
    own = cells.filter(pl.col("disaggregation") == name)
    named = sorted(own["category"].unique().to_list())
    return [*named, REST] if public and named else named


def _matrix(cells: pl.DataFrame, rows: pl.DataFrame, columns: list[tuple[str, str]], public: bool) -> Counts:
    what = pl.DataFrame(columns, schema=["disaggregation", "category"], orient="row").with_row_index("column")
    where = rows.with_row_index("row")
    placed = cells.join(where, on=KEYS).join(what, on=["disaggregation", "category"])
    counts = np.zeros((rows.height, len(columns)), dtype=np.int64)
    counts[placed["row"].to_numpy(), placed["column"].to_numpy()] = placed["count"].to_numpy()
    if public:
        names = np.array([name for name, _ in columns])
        for column in np.flatnonzero([category == REST for _, category in columns]):
            rest = rows["total"].to_numpy() - counts[:, names == names[column]].sum(axis=1)
            if (rest < 0).any():
                raise ValueError(f"the categories of {names[column]} add up to more than the total")
            counts[:, column] = rest
    return counts


def _holds(counts: Counts, parent: int, children: tuple[int, ...]) -> bool:
    """Children that hold more than their parent are no parts of it: no relation that an attacker could use."""
    return bool((counts[list(children)].sum(axis=0) <= counts[parent]).all())


def _sum_margins(
    counts: Counts, columns: list[tuple[str, str]], told: tuple[Treatment, ...]
) -> list[tuple[int, tuple[int, ...]]]:
    """A named sum is its categories and its rest the others, as far as that is so in every row.

    It is not where the indicator is decided otherwise than the breakdown (by a concept, say): then the two are cells
    apart.
    """
    place = {column: number for number, column in enumerate(columns)}
    margins = []
    for one in told:
        parts = [number for (name, _), number in place.items() if name == one.disaggregation]
        inside = [number for number in parts if columns[number][1] in one.categories]
        outside = [number for number in parts if number not in inside]
        wide = place.get(one.column)
        if wide is not None and parts and (counts[:, wide] == counts[:, inside].sum(axis=1)).all():
            margins += [(wide, tuple(inside)), (place[one.column[0], REST], tuple(outside))]
    return margins


def _clock_margins(
    counts: Counts, groups: Counts, columns: list[tuple[str, str]]
) -> tuple[Counts, Counts, list[tuple[int, tuple[int, ...]]]]:
    """Monday is its hours and those of unknown hour; 18:00 is that hour of all days and of unknown days."""
    place = {column: number for number, column in enumerate(columns)}
    cells = [
        (number, *map(int, category.split("-")))
        for (name, category), number in place.items()
        if _is_cell(name, category)
    ]
    margins: list[tuple[int, tuple[int, ...]]] = []
    for name, part in (("weekday", 1), ("hour", 2)):
        for wide in [(kind, category) for kind, category in columns if kind == name and category.isdigit()]:
            narrow = tuple(cell[0] for cell in cells if cell[part] == int(wide[1]))
            rest = counts[:, place[wide]] - counts[:, list(narrow)].sum(axis=1)
            if narrow and (rest >= 0).all():
                margins.append((place[wide], (*narrow, counts.shape[1])))
                counts = np.column_stack([counts, rest])
                groups = np.append(groups, -1)
    return counts, groups, margins


def _is_cell(name: str, category: str) -> bool:
    day, _, hour = category.partition("-")
    return name == "hour_of_week" and day.isdigit() and hour.isdigit()


def _marked(
    base: str,
    place: str,
    rows: pl.DataFrame,
    columns: tuple[tuple[str, str], ...],
    table: Table,
    family: tuple[Breakdown, ...],
    told: tuple[Treatment, ...],
    rules: Rules,
    minimum_cell: int,
) -> Block:
    """Which cells are hidden from the start, which must be protected, and how wide."""
    hidden, sensitive = np.zeros_like(table.counts, dtype=np.bool_), np.zeros_like(table.counts, dtype=np.bool_)
    totals, counts = table.totals[:, None], table.counts
    silent = {one.column[0] for one in told if set(one.categories) <= set(MISSING_KINDS)}
    spoken = [name not in silent and category not in MISSING_KINDS for name, category in columns]
    telling = _padded(spoken, counts)
    for breakdown in family:
        names = {breakdown.id, *(one.column[0] for one in told if one.disaggregation == breakdown.id)}
        mine = _padded([name in names for name, _ in columns], counts)
        few = mine & (totals >= 0) & (totals < breakdown.minimum_total)
        small = mine & telling & (counts > 0) & (counts < minimum_cell) & (breakdown.small == "suppress")
        alone = few & telling & (counts > 0) & ((counts < minimum_cell) | (counts == totals))
        hidden |= few | small | (mine & ~_in_grain(rows, breakdown, len(counts))[:, None])
        sensitive |= small | alone
    hidden[:, len(columns) :] = True
    return Block(base, place, rows, columns, table, hidden, sensitive, np.minimum(rules.minimum_width, table.upper))


def _padded(flags: list[bool], counts: Counts) -> Mask:
    """One flag a column; the columns that were added for margins are of no breakdown."""
    return np.array(flags + [False] * (counts.shape[1] - len(flags)))


def _in_grain(rows: pl.DataFrame, breakdown: Breakdown, height: int) -> Mask:
    grain = np.ones(height, dtype=np.bool_)
    grain[: rows.height] = rows.select(breakdown.grain()).to_series().to_numpy()
    return grain


@dataclass(frozen=True)
class Tree:
    """The parent and level of every unit."""

    parent: dict[str, str | None]
    level: dict[str, str]

    @classmethod
    def of(cls, units: pl.DataFrame) -> Tree:
        known = units.unique(subset="code", keep="first", maintain_order=True)
        return cls(
            dict(known.select("code", "parent").iter_rows()),
            dict(known.select("code", "level").iter_rows()),
        )

    def sums(self, rows: pl.DataFrame) -> list[tuple[int, tuple[int, ...]]]:
        """(parent row, child rows) up the units and along time, as far as the rows exist."""
        place = {
            (code, period): row for row, (code, period) in enumerate(rows.select("unit_code", "period").iter_rows())
        }
        children: dict[tuple[int, str], list[int]] = {}
        for (code, period), row in place.items():
            above = self._nearest(code, period, place)
            if above is not None:
                children.setdefault((above, self.level.get(code, "")), []).append(row)
            longer = next((place[code, form] for form in _longer(period) if (code, form) in place), None)
            if longer is not None:
                children.setdefault((longer, "time"), []).append(row)
        return [(parent, tuple(parts)) for (parent, _), parts in children.items()]

    def _nearest(self, code: str, period: str, place: dict[tuple[str, str], int]) -> int | None:
        above, seen = self.parent.get(code), {code}
        while above is not None and above not in seen:
            if (above, period) in place:
                return place[above, period]
            seen.add(above)
            above = self.parent.get(above)
        return None


def _longer(period: str) -> tuple[str, ...]:
    if "-" in period:
        return (period[:4], "all")
    return () if period == "all" else ("all",)
