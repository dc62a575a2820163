"""Records sorted by case and, within a case, by whom to believe first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

RANK_BITS, TIE_BITS = 9, 28
"""Room in a key of 63 bits for a city's own order of some hundred sources and for a hundred million records."""

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Ranked:
    """Positions of the records in the order of case and rank, their cases, and where each case begins."""

    at: Integers
    case: Integers
    begin: Integers

    @property
    def first(self) -> Integers:
        """The position of the first record of each case."""
        return self.at[self.begin]


def ties(records: pl.DataFrame) -> Integers:
    """The place of each record among equals: earlier delivery first, then source, file, row and victim."""
    delivery = ["received_on", "source_id", "file"]
    deliveries = records.select(delivery).unique()
    deliveries = deliveries.sort("received_on", pl.col("source_id", "file").cast(pl.String), nulls_last=True)
    number = records.select(delivery).join(
        deliveries.with_row_index("number"), on=delivery, how="left", nulls_equal=True, maintain_order="left"
    )["number"]
    order = np.lexsort((records["victim_no"].to_numpy(), records["row"].to_numpy(), number.to_numpy()))
    tie = np.empty(records.height, dtype=np.int64)
    tie[order] = np.arange(records.height)
    return tie


def ranked(case: Integers, tie: Integers, rank: Integers | None = None) -> Ranked:
    """Order records by ``case`` (0 … n-1), then ``rank`` (0 … 511), then ``tie``."""
    key = (case << (RANK_BITS + TIE_BITS)) | tie
    if rank is not None:
        key |= rank << TIE_BITS
    at = np.argsort(key)
    in_order = case[at]
    return Ranked(at, in_order, np.flatnonzero(np.diff(in_order, prepend=-1)))
