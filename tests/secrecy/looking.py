"""Looking for words in published bytes, however they were written down there."""

from __future__ import annotations

import base64
import gzip
import html
import io
import re
import unicodedata
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import polars as pl

BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
JSON_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s.,'’-]+(?=\d)")


def found(canaries: dict[str, str], folder: Path) -> list[tuple[str, str]]:
    """File and name of each canary that stands in a file below ``folder``, or in its path."""
    wanted = {name: _forms(word) for name, word in canaries.items()}
    hits = []
    for path in sorted(folder.rglob("*")):
        told = path.relative_to(folder).as_posix()
        heap = "\n".join(_texts(told.encode() + b"\n" + (path.read_bytes() if path.is_file() else b"")))
        heap = f"{heap}\n{BETWEEN_DIGITS.sub('', heap)}"
        hits += [(told, name) for name, forms in wanted.items() if any(form in heap for form in forms)]
    return hits


def plain(words: str) -> str:
    """Without accents, case and doubled blanks."""
    bare = "".join(mark for mark in unicodedata.normalize("NFD", words) if not unicodedata.combining(mark))
    return " ".join(bare.casefold().split())


def _forms(word: str) -> set[str]:
    """The word, and as it is where blanks became something else."""
    base = plain(word)
    return {base, base.replace(" ", "-"), base.replace(" ", "_"), base.replace(" ", "")}


def _texts(content: bytes) -> Iterator[str]:
    """Every reading of ``content``: as text, unescaped, and what is packed inside it."""
    for part in [content, *_unpacked(content)]:
        yield plain(part.decode("latin-1"))
        yield plain(_unescaped(part.decode("utf-8", "ignore")))
        for start in (0, 1):  # two bytes a letter may begin at an odd place
            yield from (plain(part[start:].decode(encoding, "ignore")) for encoding in ("utf-16-le", "utf-16-be"))
        for run in BASE64.findall(part):
            yield from (plain(words) for words in _from_base64(run))


def _unescaped(words: str) -> str:
    """Entities, percent signs and JSON escapes resolved, also where one is inside another."""
    for _ in range(3):
        words = html.unescape(urllib.parse.unquote_plus(words))
        words = JSON_ESCAPE.sub(lambda escape: chr(int(escape[1] or escape[2], 16)), words)
    return words


def _from_base64(run: bytes) -> Iterator[str]:
    """A run of letters as base 64, from each of the four places where it may begin."""
    for start in range(4):
        piece = run[start:].translate(bytes.maketrans(b"-_", b"+/"))
        piece = piece[:-1] if len(piece) % 4 == 1 else piece  # no number of bytes leaves one letter over
        yield base64.b64decode(piece + b"=" * (-len(piece) % 4)).decode("utf-8", "ignore")


def _unpacked(content: bytes) -> Iterator[bytes]:
    if b"\x1f\x8b\x08" in content:
        inner = _inflated(content[content.index(b"\x1f\x8b\x08") :])
        yield from (inner, *_unpacked(inner))
    if b"PK\x03\x04" in content:
        with zipfile.ZipFile(io.BytesIO(content[content.index(b"PK\x03\x04") :])) as archive:
            for member in archive.infolist():
                inner = archive.read(member)
                yield from (member.filename.encode(), inner, *_unpacked(inner))
    if b"PAR1" in content:
        frame = pl.read_parquet(content[content.index(b"PAR1") :])
        yield frame.write_json().encode()


def _inflated(packed: bytes) -> bytes:
    try:
        return gzip.decompress(packed)
    except (OSError, zlib.error, EOFError):
        return b""
