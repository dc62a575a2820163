"""How a received file is to be read: the ``[reader]`` table of a profile."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from convive.observatory import Strict

Format = Literal["csv", "xlsx", "parquet"]
_SUFFIXES: dict[str, Format] = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".parquet": "parquet",
}

MEGABYTE = 1024 * 1024
_ONE_SIGN = r"^[\x01-\x09\x0b\x0c\x0e-\x7f]$"  # one ASCII character that ends no line


class ReaderOptions(Strict):
    """Reader options; every one has a default that fits a plain UTF-8 CSV with one header line.

    ``skip_rows`` lines come before the header, and blank lines after them are passed over; ``header_rows`` lines make
    it up (merged cells are filled to the right, the parts joined with " / "); ``skip_footer`` rows at the end are no
    data; lines of text that begin with ``comment`` are blank. Sizes are in bytes, ``max_cells`` in cells of the
    rectangle that a sheet spans, each of which takes memory whether filled or not.
    """

    files: tuple[str, ...] = ("*.csv", "*.txt", "*.tsv", "*.xlsx", "*.xlsm", "*.parquet")
    format: Format | None = None
    encoding: str = "utf-8"
    delimiter: str = Field(default=",", pattern=_ONE_SIGN)
    quote: str = Field(default='"', pattern=_ONE_SIGN)
    comment: str = Field(default="", max_length=10)
    decimal: Literal[".", ","] = "."
    thousands: str = ""
    skip_rows: int = Field(default=0, ge=0)
    header_rows: int = Field(default=1, ge=1, le=5)
    skip_footer: int = Field(default=0, ge=0)
    sheet: str | int = 0
    group_separator: str = ""
    max_bytes: int = Field(default=4096 * MEGABYTE, ge=1)
    max_workbook_bytes: int = Field(default=100 * MEGABYTE, ge=1)
    max_uncompressed: int = Field(default=2048 * MEGABYTE, ge=1)
    max_ratio: int = Field(default=200, ge=2)
    max_cells: int = Field(default=30_000_000, ge=1)

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        if self.delimiter == self.quote:
            raise ValueError("delimiter and quote are the same character")
        return self

    def format_of(self, path: Path) -> Format | None:
        """The declared format, else the one that the file's name tells; None where neither is known."""
        return self.format or _SUFFIXES.get(path.suffix.lower())
