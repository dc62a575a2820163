"""The files of evidence: known by their content, made anew without what tells of their maker, kept by their SHA-256.

They lie in ``strategy/evidence/`` and are never published. The name is that of the content, so that the same file twice
is one, and a file that was changed by hand shows itself.
"""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from convive.errors import PlanError, Problem, VoiceError
from convive.strategy import editing
from convive.strategy.evidence import FILE_NAME, FILES
from convive.voice.attachments import clean
from convive.voice.limits import Attachments


@cache
def rules() -> dict[str, Any]:
    """``files.toml``."""
    return tomllib.loads(Path(__file__).with_name("files.toml").read_text("utf-8"))


def keep(folder: Path, upload: UploadedFile) -> str:
    """Keep an uploaded file in the observatory's ``strategy/``; returns its name there.

    Raises :class:`~convive.errors.PlanError` for what is no photo or PDF, or too large.
    """
    if (upload.size or 0) > rules()["bytes"]:
        raise _refused(f"> {rules()['bytes']:,} bytes")
    try:
        found = clean(upload.read(), 1, _limits())
    except VoiceError as refused:
        raise _refused(str(refused.problems[0].values.get("why", "?"))) from None
    ending = found.name.rpartition(".")[2]
    if ending not in rules()["types"]:
        raise _refused(found.type)
    name = f"{hashlib.sha256(found.data).hexdigest()}.{ending}"
    path = folder / FILES / name
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        editing.replace(path, found.data)
    return name


def read(folder: Path, name: str) -> tuple[bytes, str] | None:
    """The content and type of a kept file; None where it is not there, or no longer what its name says."""
    path = folder / FILES / name
    if not FILE_NAME.fullmatch(name) or not path.is_file():
        return None
    content = path.read_bytes()
    stem, _, ending = name.partition(".")
    if hashlib.sha256(content).hexdigest() != stem or ending not in rules()["types"]:
        return None
    return content, rules()["types"][ending]


def _limits() -> Attachments:
    told = {name: rules()[name] for name in ("bytes", "pixels", "side", "pdf_pages", "pdf_unpacked")}
    return Attachments.model_construct(most=1, **told)


def _refused(why: str) -> PlanError:
    told = {"why": why, "most": rules()["bytes"] // 1_000_000}
    return PlanError(Problem("evidence-upload", column="file", values=told))
