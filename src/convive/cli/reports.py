"""``convive reports``: forms checked, exports read in, reminders, keys for Open311."""

from __future__ import annotations

import csv
import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from convive.cli.screen import LANGUAGE, Folder, complain, out, text
from convive.cli.typer_words import Command, Group
from convive.errors import FOUND, LANGUAGES, Problem, VoiceError
from convive.observatory import Observatory
from convive.voice.questionnaires.linter import lint

VOICE = "voice"
REJECTS = "report-rejects.csv"

File = Annotated[Path, typer.Argument(metavar="FILE", help=text("reports.file"), exists=True, dir_okay=False)]


def check_form(file: File) -> None:
    problems = lint(file)
    if problems:
        complain(VoiceError(problems), LANGUAGE)
        raise typer.Exit(FOUND)
    out.print(text("reports.form_fine", file=file.name), markup=False)


def take_in(folder: Folder, file: File) -> None:
    _setup(folder)
    from convive.voice.questionnaires.exports import read_export, read_names
    from convive.web.reports import place
    from convive.web.reports.importing import take

    observatory = Observatory.open(folder)
    export = read_export(
        file,
        place.catalogue().categories,
        read_names(folder / VOICE),
        timezone=observatory.settings.observatory.timezone,
        now=dt.datetime.now(dt.UTC),
    )
    kept, known, misfits = take(export, file.name)
    rejects = [*export.rejects, *misfits]
    _keep_rejects(observatory.private, rejects)
    if told := [*export.told, *rejects]:
        complain(VoiceError(told), LANGUAGE)
    out.print(text("reports.taken", kept=kept, known=known, rejected=len(rejects)), markup=False)


def remind(folder: Folder) -> None:
    _setup(folder)
    from convive.web.reports.filing import remind as remind_all

    out.print(text("reports.reminded", count=remind_all()), markup=False)


def key(folder: Folder, name: Annotated[str, typer.Argument(metavar="NAME", help=text("reports.key_name"))]) -> None:
    _setup(folder)
    from convive.web.reports.filing import new_key

    out.print(text("reports.key_made", name=name, key=new_key(name)), markup=False)


def _setup(folder: Path) -> None:
    os.environ["CONVIVE_OBSERVATORY"] = str(Observatory.open(folder).folder.resolve())
    from convive.web.citizen import setup

    setup()


def _keep_rejects(private: Path, problems: list[Problem]) -> None:
    """What could not be used, with its reason and remedy in both languages; the former file is replaced."""
    private.mkdir(parents=True, exist_ok=True)
    with (private / REJECTS).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        said = [f"{part}_{language}" for part in ("reason", "remedy") for language in LANGUAGES]
        table.writerow(["file", "row", "column", "value", "code", *said])
        for one in problems:
            told = [one.reason(language) for language in LANGUAGES] + [one.remedy(language) for language in LANGUAGES]
            table.writerow([one.file, one.row or "", one.column, one.value, one.code, *told])


commands = typer.Typer(cls=Group, no_args_is_help=True, options_metavar=text("help.options"))
_NAMED: dict[str, Callable[..., None]] = {
    "check-form": check_form,
    "import": take_in,
    "remind": remind,
    "key": key,
}
for _name, _command in _NAMED.items():
    commands.command(
        _name, cls=Command, options_metavar=text("help.options"), help=text(f"reports.{_name.replace('-', '_')}_help")
    )(_command)
