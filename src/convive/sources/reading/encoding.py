"""Characters: a received text as UTF-8 with usual line ends, or a refusal that names an encoding that fits."""

from __future__ import annotations

import codecs
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from convive.errors import Problem, SourceFileError
from convive.sources.reading.options import MEGABYTE, ReaderOptions

_OTHER_ENCODINGS = ("utf-8", "cp1252", "latin-1")
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PLAIN = {"utf-8", "utf8", "utf-8-sig", "ascii", "us-ascii"}
_CHUNK = 8 * MEGABYTE


@contextmanager
def as_utf8(path: Path, options: ReaderOptions, file: str) -> Iterator[Path]:
    """The file itself where it is UTF-8 with usual line ends and no comments, else a copy that lives within the block.

    Lines that begin with ``options.comment`` are blank in the copy, so that all others keep their row.
    """
    with path.open("rb") as received:
        head = received.read(MEGABYTE)
    plain = _name(options.encoding) in _PLAIN
    if head.startswith(_UTF16_MARKS) and plain:
        raise SourceFileError(_wrong_encoding(file, options.encoding, 1, head[:2], "utf-16"))
    old_line_ends = b"\r" in head and b"\n" not in head
    if plain and not old_line_ends and not options.comment and not _holds_nul(path):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="convive-") as folder:
        copy = Path(folder) / "utf8.csv"
        _transcode(path, copy, options, file, old_line_ends=old_line_ends)
        if options.comment:
            copy = _without_comments(copy, Path(folder) / "plain.csv", options.comment.encode())
        yield copy


def refuse_garbled(text: Path, lines: int, path: Path, options: ReaderOptions, file: str) -> None:
    """Raise where the first ``lines`` of ``text`` are no UTF-8: the header is read leniently, and nothing else may
    tell."""
    with text.open("rb") as received:
        try:
            for _ in range(lines):
                received.readline().decode()
        except UnicodeDecodeError:
            refuse_wrong_encoding(path, options, file)


def refuse_wrong_encoding(path: Path, options: ReaderOptions, file: str) -> None:
    """Raise, naming the row of the first byte that cannot be decoded; return where all of them can."""
    declared = "utf-8-sig" if _name(options.encoding) in _PLAIN else options.encoding
    place = _first_undecodable(path, declared)
    if place is None:
        return
    row, bad = place
    candidates = ["utf-16"] if _marked_utf16(path) else [name for name in _OTHER_ENCODINGS if name != _name(declared)]
    fitting = next((name for name in candidates if _first_undecodable(path, name) is None), "")
    raise SourceFileError(_wrong_encoding(file, options.encoding, row, bad, fitting))


def _transcode(path: Path, copy: Path, options: ReaderOptions, file: str, *, old_line_ends: bool) -> None:
    encoding = "utf-8-sig" if _name(options.encoding) in _PLAIN else options.encoding
    decoder = _decoder(options.encoding, encoding, file)
    _refuse_hidden_utf8(path, options, file)
    with path.open("rb") as received, copy.open("wb") as written:
        try:
            while chunk := received.read(_CHUNK):
                _put(written, decoder.decode(chunk), old_line_ends)
            _put(written, decoder.decode(b"", final=True), old_line_ends)
        except UnicodeError:
            refuse_wrong_encoding(path, options, file)
            raise


def _holds_nul(path: Path) -> bool:
    with path.open("rb") as received:
        return any(b"\0" in chunk for chunk in iter(lambda: received.read(_CHUNK), b""))


def _without_comments(text: Path, plain: Path, prefix: bytes) -> Path:
    with text.open("rb") as lines, plain.open("wb") as written:
        written.writelines(b"\n" if line.startswith(prefix) else line for line in lines)
    return plain


def _decoder(declared: str, encoding: str, file: str) -> codecs.IncrementalDecoder:
    try:
        if codecs.lookup(encoding)._is_text_encoding:
            return codecs.getincrementaldecoder(encoding)()
    except LookupError:
        pass
    raise SourceFileError(Problem("unknown-encoding", file=file, value=declared))


def _refuse_hidden_utf8(path: Path, options: ReaderOptions, file: str) -> None:
    """UTF-8 read as a one-byte encoding never fails: it silently gives «PeÃ±a» for «Peña»."""
    if _name(options.encoding) in _PLAIN or _name(options.encoding).startswith("utf"):
        return
    if _first_undecodable(path, "utf-8") is None and (place := _first_undecodable(path, "ascii")) is not None:
        raise SourceFileError(Problem("hidden-utf8", file=file, row=place[0], values={"declared": options.encoding}))


def _put(written: BinaryIO, text: str, old_line_ends: bool) -> None:
    text = text.replace("\0", "").replace("\ufeff", "")
    written.write((text.replace("\r", "\n") if old_line_ends else text).encode())


def _first_undecodable(path: Path, encoding: str) -> tuple[int, bytes] | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    newlines = 0
    with path.open("rb") as received:
        while True:
            chunk = received.read(_CHUNK)
            try:
                newlines += decoder.decode(chunk, final=not chunk).count("\n")
            except UnicodeDecodeError as error:
                before = bytes(error.object[: error.start]).count(b"\n")
                return newlines + before + 1, bytes(error.object[error.start : error.end])
            except UnicodeError:
                return 1, chunk[:2]
            if not chunk:
                return None


def _marked_utf16(path: Path) -> bool:
    with path.open("rb") as received:
        return received.read(2) in _UTF16_MARKS


def _wrong_encoding(file: str, declared: str, row: int, bad: bytes, fitting: str) -> Problem:
    return Problem(
        "wrong-encoding",
        file=file,
        row=row,
        value=" ".join(f"0x{byte:02X}" for byte in bad[:4]),
        values={"declared": declared, "fitting": fitting or "?"},
    )


def _name(encoding: str) -> str:
    return encoding.lower().replace("_", "-")
