"""The plan of Tumbes in the office of these tests: its folder, and what its tests send and read again."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from convive.web.journal.models import Line

if TYPE_CHECKING:
    from django.test import Client

CANARY = "Zunilda Canaria Mochica"
HERE = "/es/plan/"
ATTACH = f"{HERE}actividad/sessions/prueba/"
ACTIVITY = f"{HERE}actividad/sessions/"
SAID = {"title": "Acta de la sesión", "kind": "minute", "dated": "2014-02-20", "quantity": "", "source": "", "note": ""}


@pytest.fixture(scope="module")
def territory(folder: Path, tumbes: Path) -> Iterator[None]:
    """The plan of Tumbes names units of its territory."""
    kept = folder.with_name("territory-kept")
    (folder / "territory").rename(kept)
    shutil.copytree(tumbes / "territory", folder / "territory")
    yield
    shutil.rmtree(folder / "territory")
    kept.rename(folder / "territory")


@pytest.fixture(autouse=True)
def strategy(folder: Path, tumbes: Path, territory: None) -> Iterator[Path]:
    """The plan of Tumbes without evidence or decisions."""
    there = folder / "strategy"
    shutil.rmtree(there, ignore_errors=True)
    there.mkdir()
    shutil.copy(tumbes / "strategy" / "plan.toml", there)
    yield there
    shutil.rmtree(there)


def pdf() -> SimpleUploadedFile:
    written = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.docinfo["/Author"] = CANARY
        made.save(written)
    return SimpleUploadedFile("acta de Zunilda.pdf", written.getvalue())


def photo() -> SimpleUploadedFile:
    written = io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = CANARY
    Image.new("RGB", (40, 30), "red").save(written, "JPEG", exif=exif)
    return SimpleUploadedFile("foto.jpg", written.getvalue())


def acts() -> list[str]:
    return list(Line.objects.order_by("number").values_list("act", flat=True))


def last() -> dict[str, Any]:
    details: dict[str, Any] = json.loads(Line.objects.order_by("-number").first().details)
    return details


def seen_of(client: Client, address: str) -> dict[str, str]:
    """What the form at ``address`` would send if nothing were typed."""
    context = client.get(address).context
    sent: dict[str, Any] = {"seen": context["seen"], "base": context["base"], "reason": "Acuerdo 12"}
    for part in context["parts"]:
        for cell in [part] if "form" in part else [cell for row in part["rows"] for cell in row["cells"]]:
            many = cell["form"] == "many"
            sent[cell["name"]] = [value for value, _, on in cell["choices"] if on] if many else cell["text"]
            if cell["form"] == "choice":
                sent[cell["name"]] = next((value for value, _, on in cell["choices"] if on), cell["choices"][0][0])
    return sent
