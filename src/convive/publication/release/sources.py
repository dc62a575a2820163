"""What is told of the received files: who sent them, how many rows, what became of them. Never what stands in them.

Nor how they are called: an institution may name a file after a victim. Its source, a number and its hash name it.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import polars as pl

from convive.publication.release import allowed

KINDS = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".parquet")


def sources(files: pl.DataFrame, rejects: pl.DataFrame) -> list[dict[str, Any]]:
    """One entry a file. Rejects are counted by the code of their reason: the reason itself may quote a raw value."""
    counted = _rejects(rejects)
    numbered = files.sort("source_id", "file").with_columns(number=pl.int_range(1, pl.len() + 1).over("source_id"))
    return [_entry(row, counted.get((row["source_id"], row["file"]), [])) for row in numbered.to_dicts()]


def _rejects(rejects: pl.DataFrame) -> dict[tuple[str, str], list[dict[str, Any]]]:
    if rejects.is_empty():
        return {}
    keys = [pl.col(name).cast(pl.String) for name in ("source_id", "file", "code", "scope")]
    counted = rejects.group_by(keys).len("count").sort("source_id", "file", "scope", "code")
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in counted.iter_rows(named=True):
        told = allowed.entry("reject", {key: row[key] for key in ("code", "scope", "count")})
        found.setdefault((row["source_id"], row["file"]), []).append(told)
    return found


def _entry(row: dict[str, Any], rejects: list[dict[str, Any]]) -> dict[str, Any]:
    plain = ("source_id", "source_body", "file_sha256", "bytes", "rows", "records", "rejected", "aggregates")
    return allowed.entry(
        "source",
        {
            **{key: row[key] for key in (*plain, "synthetic", "publisher", "licence")},
            "file": f"{row['source_id']}-{row['number']}{_ending(row['file'])}",
            "received_on": None if row["received_on"] is None else row["received_on"].isoformat(),
            "title": {"es": row["title_es"], "en": row["title_en"]},
            "rejects": rejects,
        },
    )


def _ending(file: str) -> str:
    """The kind of file, where its name tells no more than that."""
    ending = PurePosixPath(file).suffix.lower()
    return ending if ending in KINDS else ""
