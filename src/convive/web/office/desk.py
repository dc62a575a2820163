"""What lies on the desk: the private tables of the observatory, read again when a build replaces them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import polars as pl
from django.conf import settings

from convive.observatory import Observatory
from convive.register.homologation import Docket, docket
from convive.register.ledger import Ledger, read, record_names


class NotBuilt(Exception):
    """The observatory has no register yet."""


@dataclass(frozen=True)
class Desk:
    """The records of one build, their names in the ledger, and the pairs that linkage found."""

    observatory: Observatory
    records: pl.DataFrame
    names: dict[str, str]
    links: pl.DataFrame

    def ledger(self) -> Ledger:
        """The ledger as it stands now; others may be writing it."""
        return read(self.observatory.decisions)

    def docket(self) -> Docket:
        """What is on the table now."""
        return docket(self.records, self.names, self.links, self.ledger())

    def record(self, place: int) -> dict[str, Any]:
        """One record, by field."""
        return self.records.row(place, named=True)


_lock = Lock()
_desk: tuple[tuple[int, ...], Desk] | None = None


def desk() -> Desk:
    """The desk of the last build; raises :class:`NotBuilt` before the first."""
    global _desk
    observatory = Observatory.open(settings.FOLDER)
    private = Path(settings.FOLDER) / "private"
    try:
        version = tuple((private / f"{name}.parquet").stat().st_mtime_ns for name in ("records", "links"))
    except FileNotFoundError as absent:
        raise NotBuilt from absent
    with _lock:
        if _desk is None or _desk[0] != version:
            records = pl.read_parquet(private / "records.parquet", glob=False)
            names = dict(zip(records["record_id"], record_names(records), strict=True))
            _desk = version, Desk(observatory, records, names, pl.read_parquet(private / "links.parquet", glob=False))
        return _desk[1]
