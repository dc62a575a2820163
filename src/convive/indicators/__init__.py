"""Indicators: from cases to figures, each with its interval, its base and its definition."""

from convive.indicators.catalogue import Indicator, catalogue
from convive.indicators.change import Change, change
from convive.indicators.explain import Explanation, explain
from convive.indicators.measure import measure, unlocated
from convive.indicators.published import refuse_unknown

__all__ = [
    "Change",
    "Explanation",
    "Indicator",
    "catalogue",
    "change",
    "explain",
    "measure",
    "refuse_unknown",
    "unlocated",
]
