"""``convive init``: a new observatory with an example that builds as it is."""

from __future__ import annotations

import re
from importlib.resources import as_file, files
from pathlib import Path
from shutil import copytree

from convive.cli.screen import Folder, out, text
from convive.errors import BuildError, Problem, WrongUse
from convive.fold import folded


def run(folder: Folder) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WrongUse(Problem("folder-not-empty", file=str(folder)))
    try:
        with as_file(files("convive.cli") / "template") as template:
            copytree(template, folder, dirs_exist_ok=True)
        _name(folder)
    except OSError as error:  # copytree gathers its own as shutil.Error, which is one too
        raise BuildError(Problem("folder-failed", file=str(folder), values={"detail": str(error)})) from error
    out.print(text("init.done", folder=folder), markup=False)


def _name(folder: Path) -> None:
    """Write the folder's own name into the settings, as slug and as title."""
    title = folder.resolve().name
    slug = re.sub(r"[^a-z0-9]+", "-", folded(title).lower()).strip("-") or "observatorio"
    settings = folder / "observatory.toml"
    words = settings.read_text("utf-8").replace("@ID@", slug if slug[0].isalpha() else f"obs-{slug}")
    settings.write_text(words.replace("@NAME@", title.replace('"', "'").replace("\\", "/")), "utf-8")
