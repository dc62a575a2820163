"""A linter for XLSForms: refuses what identifies a person or a telephone.

https://xlsform.org; types and words that are refused are data (``refused.toml``).
"""

from __future__ import annotations

import re
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from convive.errors import Problem, VoiceError
from convive.fold import folded

_READ = {"type", "name", "label", "hint", "guidance_hint", "constraint_message", "required_message", "image", "audio"}
"""Columns that people read, or that name the question. In every other a formula may stand, ``bind::…`` among them."""
_ASK_NOTHING = {"note", "calculate", "begin", "end", "begin_group", "end_group", "begin_repeat", "end_repeat"}
_RECORDINGS = ("image", "audio", "video", "file")
_LANGUAGE = re.compile(r"::?.*$")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
MOST_ROWS = 20_000


def lint(path: Path) -> list[Problem]:
    """What of the form in ``path`` must be taken out before citizens may use it; nothing where it is fine.

    Raises :class:`VoiceError` for a file that is no XLSForm.
    """
    survey, settings = _read(path)
    problems = [found for row in survey for found in _of_row(path.name, *row)]
    problems += _of_settings(path.name, settings, survey)
    return problems


def _read(path: Path) -> tuple[list[tuple[int, dict[str, str]]], dict[str, str]]:
    """Rows of the survey with their numbers, and the settings."""
    try:
        book = load_workbook(path, read_only=True, data_only=False)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        raise VoiceError(Problem("form-unreadable", file=path.name, values={"detail": type(error).__name__})) from error
    try:
        sheets = {str(sheet.title).strip().lower(): sheet for sheet in book.worksheets}
        if "survey" not in sheets:
            there = ", ".join(sheets)
            raise VoiceError(Problem("form-unreadable", file=path.name, values={"detail": f"survey ∉ {there}"}))
        survey = list(_rows(sheets["survey"]))
        if not any("type" in row for _, row in survey):
            raise VoiceError(Problem("form-unreadable", file=path.name, values={"detail": "type ∉ survey"}))
        settings = dict(next((row for _, row in _rows(sheets["settings"])), {})) if "settings" in sheets else {}
    finally:
        book.close()
    return survey, settings


def _rows(sheet: Worksheet) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row that says something, by column, with the number it has in the file."""
    lines = sheet.iter_rows(max_row=MOST_ROWS, values_only=True)
    header = [str(cell or "").strip().lower() for cell in next(lines, ())]
    for number, cells in enumerate(lines, 2):
        row = {name: str(cell).strip() for name, cell in zip(header, cells, strict=False) if name and cell is not None}
        if any(row.values()):
            yield number, row


def _of_row(file: str, number: int, row: Mapping[str, str]) -> Iterator[Problem]:
    words = row.get("type", "").lower().split()
    kind = words[0] if words else ""
    # XLSForm takes «phone number», «device id» and «sim serial» for the same types.
    joined = "".join(words).replace("_", "").replace("-", "")
    flat = {one.replace("-", ""): one for one in (*_rules()["types"], *_rules()["moments"])}
    named = flat.get(joined, flat.get(kind.replace("_", "").replace("-", ""), kind))
    if named in _rules()["types"]:
        yield Problem("form-type", file=file, row=number, column="type", value=row["type"])
    elif named in _rules()["moments"] and len(words) == 1:
        yield Problem("form-moment", file=file, row=number, column="type", value=row["type"])
    for column, text in row.items():
        preloads = "preload" in column and text.lower() in _rules()["properties"]
        if preloads or (_LANGUAGE.sub("", column) not in _READ and _reads_property(text)):
            yield Problem("form-property", file=file, row=number, column=column, value=text)
    if kind in _ASK_NOTHING:
        return
    for column, text in row.items():
        if _LANGUAGE.sub("", column) in {"name", "label"} and (word := _asks_person(text)):
            yield Problem("form-asks-person", file=file, row=number, column=column, value=text, values={"word": word})
            return


def _of_settings(file: str, settings: Mapping[str, str], survey: list[tuple[int, dict[str, str]]]) -> list[Problem]:
    told = [
        Problem("form-setting", file=file, column=name, value=settings[name])
        for name in _rules()["settings_elsewhere"]
        if settings.get(name)
    ]
    if settings.get("public_key"):
        return told
    return told + [
        Problem("form-open", file=file, row=number, column="type", value=kind)
        for number, row in survey
        if (kind := row.get("type", "").lower().split(" ")[0]) in _RECORDINGS
    ]


def _reads_property(formula: str) -> bool:
    plain = formula.lower()
    return any(
        re.search(rf"property(?:/|\(\s*['\"])\s*{name}|jr:preload(?:params)?\s*=?.*{name}|\$\{{{name}\}}", plain)
        for name in _rules()["properties"]
    )


def _asks_person(text: str) -> str:
    """The word by which ``text`` asks for a person; "" where it does not."""
    plain = " " + " ".join(_WORD.findall(folded(text).replace("_", " "))) + " "
    for thing in _rules()["things"]:
        plain = plain.replace(f" {folded(thing)} ", " ")
    return next((word for word in _rules()["words"] if f" {folded(word)} " in plain), "")


@cache
def _rules() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "refused.toml").read_text("utf-8"))
