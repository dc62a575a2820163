"""The edition that this process shows, read once and read anew when the folder was rebuilt."""

from __future__ import annotations

import gzip
import hashlib
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

from convive.publication.edition import Edition
from convive.publication.pages import build, names
from convive.web.public.rendering import render
from convive.web.settings import PUBLIC_FOLDER_VARIABLE

MARKER = Path("data") / "edition.json"
"""Every edition has it; a build replaces it."""


@dataclass(frozen=True)
class Shown:
    """A page as it goes out: its HTML, the same packed (gzip), and the tag by which a browser knows that it has it."""

    html: bytes
    packed: bytes
    tag: str

    @classmethod
    def of(cls, html: bytes) -> Shown:
        return cls(html, gzip.compress(html, mtime=0), f'W/"{hashlib.sha256(html).hexdigest()[:32]}"')


class Published:
    """A released folder and its rendered pages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = Lock()
        self._stamp: tuple[int, int] | None = None
        self._edition: Edition | None = None
        self._pages: dict[tuple[str, str], Shown] = {}

    def page(self, name: str, language: str) -> Shown | None:
        """A page, rendered and packed once; None where the edition is not published in that language."""
        with self._lock:
            edition = self._current()
            if name not in names(edition) or language not in edition.languages:
                return None
            key = (name, language)
            if key not in self._pages:
                self._pages[key] = Shown.of(render(build(edition, name, language), edition, explicit=False))
            return self._pages[key]

    def _current(self) -> Edition:
        found = (self.folder / MARKER).stat()
        stamp = (found.st_ino, found.st_mtime_ns)
        if self._edition is None or stamp != self._stamp:
            self._edition, self._stamp, self._pages = Edition.load(self.folder), stamp, {}
        return self._edition


@cache
def published() -> Published:
    """What the environment says is to be shown."""
    return Published(Path(os.environ[PUBLIC_FOLDER_VARIABLE]))
