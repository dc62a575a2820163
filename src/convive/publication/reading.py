"""An edition read in one language: figures, labels, names. Charts and pages read an edition through this alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from convive.publication.charts.chart import Chart
from convive.publication.edition import Area, Edition, in_language
from convive.texts import say

UNKNOWN = ("unknown", "not_recorded", "withheld", "unmapped")
"""Categories that say that something is not known (``not_applicable`` is known)."""


@dataclass(frozen=True)
class Figure:
    """One row of the released figures. ``value`` and ``count`` are None where the figure is withheld."""

    indicator: str
    unit_code: str
    unit_name: str
    period: str
    disaggregation: str
    category: str
    value: float | None
    low: float | None
    high: float | None
    count: int | None
    denominator: int | None
    population: int | None
    status: str
    status_reason: str
    definition_version: str
    place: str
    sources: str
    synthetic: bool

    @property
    def address(self) -> str:
        """``homicides/24/2014`` or ``homicides/24/2014/sex/female``."""
        start = f"{self.indicator}/{self.unit_code}/{self.period}"
        return start if self.disaggregation == "total" else f"{start}/{self.disaggregation}/{self.category}"

    @property
    def anchor(self) -> str:
        """The same as a fragment of a page's address."""
        return self.address.replace("/", "-").replace(":", "-").replace("_", "-").lower()


FIGURE_COLUMNS = tuple(Figure.__dataclass_fields__)


@dataclass(frozen=True)
class Reader:
    """An edition and its charts, read in ``language``."""

    edition: Edition
    language: str
    charts: Mapping[str, Chart] = field(default_factory=dict)

    @property
    def focus(self) -> str:
        return self.edition.focus

    @property
    def focus_name(self) -> str:
        return self.edition.unit_name(self.focus)

    @property
    def as_of(self) -> dt.date:
        return self.edition.as_of

    @property
    def percent_base(self) -> int:
        """Below this denominator a share is said as “3 of 7”."""
        return self.edition.minimum_percent_base

    @property
    def figures(self) -> pl.DataFrame:
        return self.edition.figures

    @staticmethod
    def told(frame: pl.DataFrame) -> list[Figure]:
        """The rows of ``frame`` as figures, in its order."""
        return [Figure(**row) for row in frame.select(FIGURE_COLUMNS).iter_rows(named=True)]

    def rows(
        self, indicator: str, *, unit: str | None = None, period: str | None = None, disaggregation: str = "total"
    ) -> pl.DataFrame:
        """The figures of ``indicator``; of one unit and one period where they are given."""
        wanted = (pl.col("indicator") == indicator) & (pl.col("disaggregation") == disaggregation)
        if unit is not None:
            wanted &= pl.col("unit_code") == unit
        if period is not None:
            wanted &= pl.col("period") == period
        return self.figures.filter(wanted)

    def figure(
        self,
        indicator: str,
        period: str,
        *,
        unit: str | None = None,
        disaggregation: str = "total",
        category: str = "total",
    ) -> Figure | None:
        """One figure of the focus (or of ``unit``), or None where the edition has none."""
        rows = self.rows(indicator, unit=unit or self.focus, period=period, disaggregation=disaggregation)
        found = rows.filter(pl.col("category") == category).select(FIGURE_COLUMNS).head(1)
        return None if found.is_empty() else Figure(**found.row(0, named=True))

    def periods(self, indicator: str, form: str, *, unit: str | None = None) -> list[str]:
        """The periods of one form (a regular expression such as :data:`YEAR`), oldest first."""
        rows = self.rows(indicator, unit=unit or self.focus).filter(pl.col("period").str.contains(form))
        return sorted(rows["period"].unique().to_list())

    def full_years(self) -> list[str]:
        """The years of the focus that had ended when the data were cut off, oldest first."""
        years = self.periods("homicides", YEAR)
        return [year for year in years if dt.date(int(year), 12, 31) <= self.as_of]

    def full_year(self) -> str | None:
        """The latest of them."""
        years = self.full_years()
        return years[-1] if years else None

    def latest_half(self) -> str | None:
        halves = self.periods("homicides", HALF)
        ended = [half for half in halves if _half_end(half) <= self.as_of]
        return ended[-1] if ended else None

    def broken_down(self, disaggregation: str) -> str | None:
        """The period whose breakdown is shown: the latest full year, or all years where that year is withheld."""
        year = self.full_year()
        for period in (year, "all"):
            told = self.rows("homicides", unit=self.focus, period=period or "", disaggregation=disaggregation)
            if told["value"].drop_nulls().len():
                return period
        return year

    def published(self, indicator: str, *, disaggregation: str = "total", category: str = "total") -> Figure | None:
        """A figure of the latest full year, or of all years together where that year's is withheld."""
        for period in (self.full_year(), "all"):
            found = self.figure(indicator, period or "", disaggregation=disaggregation, category=category)
            if found is not None and found.value is not None:
                return found
        return None

    def in_no_source(self, field: str) -> bool:
        """Whether no record of any source brings this field."""
        cases = self.edition.quality.get("cases")
        told = {entry["field"]: entry["missing"] for entry in self.edition.quality.get("fields", ())}
        return cases is not None and told.get(field) == cases

    def category(self, disaggregation: str, code: str) -> str:
        """What people read for a category, e.g. ``sex`` / ``female``."""
        if code == "total":
            return say("words.total", self.language)
        return self.edition.category_label(disaggregation, code, self.language)

    def codes(self, disaggregation: str) -> list[str]:
        """The codes of a classification in its order, then any other that the figures hold."""
        listed = list(self.edition.classifications.get(disaggregation, {}).get("codes", {}))
        found = self.figures.filter(pl.col("disaggregation") == disaggregation)["category"].unique().sort().to_list()
        return listed + [code for code in found if code not in listed]

    def source_titles(self) -> dict[str, str]:
        """The title of each source by its id."""
        return {
            str(entry["source_id"]): str(in_language(entry["title"], self.language)) for entry in self.edition.sources
        }

    def below(self) -> pl.DataFrame:
        """The units that lie in the focus, itself left out: the columns of ``Edition.units``."""
        units = self.edition.units
        inside = {self.focus}
        while True:
            grown = inside | set(units.filter(pl.col("parent").is_in(list(inside)))["code"])
            if grown == inside:
                return units.filter(pl.col("code").is_in(list(inside - {self.focus})))
            inside = grown

    def own_units(self) -> list[str]:
        """The focus and all that lies in it, as opposed to what it is compared with."""
        return [self.focus, *self.below()["code"].to_list()]

    def comparison(self) -> pl.DataFrame:
        """Yearly rates of the focus and of the units beside it: computed where there are cases, else as published."""
        parts = []
        for unit in (self.focus, *(unit for unit in self.edition.compare if unit != self.focus)):
            for indicator in ("homicide_rate", "homicide_rate_published"):
                rows = self.rows(indicator, unit=unit).filter(pl.col("period").str.contains(YEAR)).sort("period")
                rows = rows.filter(pl.col("period").is_in(self.full_years()) | (indicator != "homicide_rate"))
                if rows.height:
                    parts.append(rows)
                    break
        return pl.concat(parts) if parts else self.figures.clear()

    def segments(self, frame: pl.DataFrame) -> pl.Series:
        """For each row, the breaks of its unit's population at or before its year: no line joins two segments."""
        breaks = self.edition.breaks.select("unit_code", year="to_year")
        rows = frame.select("unit_code", pl.col("period").str.slice(0, 4).cast(pl.Int64).alias("at")).with_row_index()
        passed = rows.join(breaks, on="unit_code").filter(pl.col("year") <= pl.col("at")).group_by("index").len()
        return rows.join(passed, on="index", how="left").sort("index")["len"].fill_null(0).alias("segment")

    def comparable(self, year: str, later: str) -> bool:
        """Whether no break of the focus's population lies between two years."""
        breaks = self.edition.breaks.filter(pl.col("unit_code") == self.focus)
        return breaks.filter(pl.col("to_year").is_between(int(year) + 1, int(later))).is_empty()

    def break_sentences(self) -> list[str]:
        """What each break of a population series means, for the focus and what it is compared with."""
        shown = [self.focus, *self.edition.compare]
        rows = self.edition.breaks.filter(pl.col("unit_code").is_in(shown)).sort("unit_code", "to_year")
        return [
            say(
                "trend.break",
                self.language,
                unit=self.edition.unit_name(row["unit_code"]),
                from_year=str(row["from_year"]),
                to_year=str(row["to_year"]),
                change=say(
                    "words.signed_percent", self.language, value=f"{100 * row['change']:+.0f}".replace("-", "−")
                ),
            )
            for row in rows.iter_rows(named=True)
        ]

    def mapped(self) -> tuple[Area | None, pl.DataFrame]:
        """The finest level below the focus that has boundaries and fits a page, and the rates of its units in the
        latest full year."""
        below = self.below()
        areas = [self.edition.area(level) for level in below["level"].unique(maintain_order=True)]
        found = [area for area in areas if area is not None]
        if not found:
            return None, self.figures.clear()
        sizes = {area.level: below.filter(pl.col("level") == area.level).height for area in found}
        shown = [area for area in found if sizes[area.level] <= MAP_UNITS_UP_TO]
        area = (
            max(shown, key=lambda area: sizes[area.level]) if shown else min(found, key=lambda area: sizes[area.level])
        )
        units = below.filter(pl.col("level") == area.level)["code"].to_list()
        drawn = [part for part in area.geojson["features"] if part["properties"]["code"] in units]
        rates = self.rows("homicide_rate", period=self.full_year() or "").filter(pl.col("unit_code").is_in(units))
        return replace(area, geojson={"type": "FeatureCollection", "features": drawn}), rates.sort("unit_code")


MAP_UNITS_UP_TO = 60
"""With more units than this a map of a page's width shows a mosaic in which nobody finds a place."""

YEAR = r"^\d{4}$"
HALF = r"^\d{4}-H[12]$"
MONTH = r"^\d{4}-\d{2}$"


def _half_end(half: str) -> dt.date:
    year, part = int(half[:4]), half[-1]
    return dt.date(year, 6, 30) if part == "1" else dt.date(year, 12, 31)
