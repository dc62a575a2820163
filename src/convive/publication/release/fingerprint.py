"""One hash for everything that a build reads: equal fingerprints and versions mean equal results."""

from __future__ import annotations

import hashlib
from pathlib import Path

from convive.publication.release.writing import sha256

INPUTS = ("observatory.toml", "claims.toml", "sources", "territory", "decisions", "strategy", "committee")


def inputs_sha256(observatory: Path) -> str:
    """SHA-256 over path and hash of every input file of the observatory's folder, in the order of the paths."""
    whole = hashlib.sha256()
    for path in sorted(_files(observatory), key=lambda path: path.relative_to(observatory).as_posix()):
        whole.update(f"{sha256(path)}  {path.relative_to(observatory).as_posix()}\n".encode())
    return whole.hexdigest()


def _files(observatory: Path) -> list[Path]:
    roots = [observatory / name for name in INPUTS]
    files = [root for root in roots if root.is_file()]
    return files + [path for root in roots if root.is_dir() for path in root.rglob("*") if path.is_file()]
