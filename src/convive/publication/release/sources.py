"""What is told of the received files: who sent them, how many rows, what became of them. Never what stands in them."""

from __future__ import annotations

from typing import Any

import polars as pl

from convive.publication.release import allowed


def sources(files: pl.DataFrame, rejects: pl.DataFrame) -> list[dict[str, Any]]:
    """One entry a file. Rejects are counted by the code of their reason: the reason itself may quote a raw value."""
    counted = _rejects(rejects)
    return [_entry(row, counted.get((row["source_id"], row["file"]), [])) for row in _rows(files)]


def _rows(files: pl.DataFrame) -> list[dict[str, Any]]:
    return files.sort("source_id", "file").to_dicts()


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
    plain = ("source_id", "source_body", "file", "file_sha256", "bytes", "rows", "records", "rejected", "aggregates")
    return allowed.entry(
        "source",
        {
            **{key: row[key] for key in (*plain, "synthetic", "publisher", "licence")},
            "received_on": None if row["received_on"] is None else row["received_on"].isoformat(),
            "title": {"es": row["title_es"], "en": row["title_en"]},
            "rejects": rejects,
        },
    )
