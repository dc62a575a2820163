"""``strategy/operations.toml``: what was done where and when, and what it is compared with.

[[operation]]
id = "centro-2014"
name.es = "Patrullaje reforzado en el centro"
name.en = "More patrols in the centre"
from = 2014-01-01
months = 12
treated = ["240101"]
control = ["240102"]
treated_around = ["240105", "240106"]
control_around = ["240103"]
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from pathlib import Path

from pydantic import Field

from convive.errors import ObservatoryError, Problem
from convive.observatory import Bilingual, Strict, read_toml

PARTS = ("treated", "control", "treated_around", "control_around")


class Operation(Strict):
    """One operation in the ``treated`` units since ``start`` (``from`` in the file), judged over ``months`` before and
    as many after, beside ``control`` units where nothing was done; the units around each, into which crime may move, or
    none."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    name: Bilingual
    start: dt.date = Field(alias="from")
    months: int = Field(default=12, ge=3, le=60)
    treated: tuple[str, ...] = Field(min_length=1)
    control: tuple[str, ...] = Field(min_length=1)
    treated_around: tuple[str, ...] = ()
    control_around: tuple[str, ...] = ()


class _File(Strict):
    operation: tuple[Operation, ...] = ()


def read_operations(path: Path, units: Collection[str]) -> tuple[Operation, ...]:
    """The operations of a city; none where there is no file.

    Raises :class:`ObservatoryError` naming each that does not fit: a unit that the territory does not know, one in two
    parts, surroundings of one side alone, an id told twice.
    """
    if not path.exists():
        return ()
    operations = _File.model_validate(read_toml(path, _File)).operation
    problems = [problem for one in operations for problem in _misfits(one, units, path.name)]
    ids = [one.id for one in operations]
    problems += [
        Problem("operation-twice", file=path.name, column="id", value=name)
        for name in sorted({name for name in ids if ids.count(name) > 1})
    ]
    if problems:
        raise ObservatoryError(problems)
    return operations


def _misfits(one: Operation, units: Collection[str], file: str) -> list[Problem]:
    told = [(part, unit) for part in PARTS for unit in getattr(one, part)]
    column = f"operation.{one.id}"
    problems = [
        Problem("operation-unit-unknown", file=file, column=f"{column}.{part}", value=unit)
        for part, unit in told
        if unit not in units
    ]
    names = [unit for _, unit in told]
    problems += [
        Problem("operation-unit-twice", file=file, column=column, value=unit)
        for unit in sorted({unit for unit in names if names.count(unit) > 1})
    ]
    if bool(one.treated_around) != bool(one.control_around):
        lacking = "control_around" if one.treated_around else "treated_around"
        problems.append(Problem("operation-one-sided", file=file, column=f"{column}.{lacking}"))
    return problems
