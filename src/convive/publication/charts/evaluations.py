"""The picture of each evaluation that has an interval: ``effect-<id>``."""

from __future__ import annotations

import polars as pl

from convive.errors import LANGUAGES
from convive.publication import effect
from convive.publication.charts import effects, theme
from convive.publication.charts.chart import Chart, Spec
from convive.publication.edition import Edition, Tree
from convive.texts import say

PREFIX = "effect-"

SCHEMA = {
    "indicator": pl.String,
    "kind": pl.String,
    "place": pl.String,
    "ratio": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}


def pictures(edition: Edition) -> list[Chart]:
    """In the order of the evaluations."""
    return [_picture(one, edition) for one in edition.evaluations if one["low"] is not None]


def _picture(one: Tree, edition: Edition) -> Chart:
    places = dict(edition.units.select("code", "name").iter_rows())
    drawn = {language: _drawn(one, language, places) for language in LANGUAGES}

    def draw(language: str, width: theme.Width) -> Spec:
        return effects.draw(drawn[language], width=width, x_title=say("evaluations.axis", language))

    alts = {
        language: say(
            "evaluations.alt",
            language,
            told="; ".join(f"{label}: {text}" for label, text in drawn[language].select("label", "text").iter_rows()),
        )
        for language in LANGUAGES
    }
    titles = {language: say("evaluations.picture", language) for language in LANGUAGES}
    return Chart(f"{PREFIX}{one['id']}", _data(one), titles, alts, draw)


def _drawn(one: Tree, language: str, places: dict[str, str]) -> pl.DataFrame:
    told = [(label, row) for label, row in effect.rows(one, language, places) if row["low"] is not None]
    return pl.DataFrame(
        [
            {
                "label": label,
                "ratio": row["ratio"],
                "low": row["low"],
                "high": row["high"] if row["high"] is not None else effects.MOST,
                "text": f"{effect.percent(row['ratio'], language)} ({effect.span(row, language)})",
                "focus": at == 0,
            }
            for at, (label, row) in enumerate(told)
        ],
        schema_overrides={"ratio": pl.Float64, "low": pl.Float64, "high": pl.Float64},
    )


def _data(one: Tree) -> pl.DataFrame:
    told = [("effect", "", one)]
    told += [("second", one["second"]["design"], one["second"])] if one["second"] is not None else []
    told += [(row["kind"], row["label"], row) for row in one["placebos"]]
    numbers = ("ratio", "low", "high")
    return pl.DataFrame(
        [
            {"indicator": "homicides", "kind": kind, "place": place} | {name: row[name] for name in numbers}
            for kind, place, row in told
        ],
        schema=SCHEMA,
    )
