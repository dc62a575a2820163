"""Roles and permissions as ``roles.toml`` lists them, and what a mandate holds on a day."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

EVERYWHERE = ""
"""The unit of a mandate that is not bound to a part of the territory."""


Above = Callable[[str], Collection[str]]

CONFIRMING = "accounts.confirm"
"""The permission by which a second person confirms a role."""


@dataclass(frozen=True)
class Permission:
    """What may be done; ``private``: it shows data of persons; ``strong``: it asks for a second factor, as private ones
    always do; ``names``: among other things it shows who holds which seat, who did what, or papers that name people."""

    name: str
    label: Mapping[str, str]
    private: bool = False
    strong: bool = False
    names: bool = False


@dataclass(frozen=True)
class Role:
    """A list of permissions with a name; ``alone``: not together with a role that has private permissions;
    ``of_body``: whoever has it acts for one body of the plan, which the mandate names."""

    name: str
    label: Mapping[str, str]
    permissions: frozenset[str]
    alone: bool = False
    of_body: bool = False

    @property
    def private(self) -> bool:
        """Whether it shows data of persons."""
        return any(permissions()[name].private for name in self.permissions)

    @property
    def needs_confirmation(self) -> bool:
        """Whether it holds only once a second person has confirmed it: so does what shows data of persons or names
        them, else whoever manages accounts would read it by an account made up for that; and what confirms others,
        else they would make the second person too."""
        names = any(permissions()[name].names for name in self.permissions)
        return self.private or names or CONFIRMING in self.permissions


@dataclass(frozen=True)
class Held:
    """A role that somebody holds: in which ``unit`` of the territory, from ``since`` to ``until`` (both included; None:
    without end), whether it ``holds`` at all: one with private permissions does once a second person confirmed, and for
    which ``body`` of the plan, where the role acts for one."""

    role: str
    unit: str
    since: dt.date
    until: dt.date | None
    holds: bool
    body: str = ""

    def on(self, day: dt.date) -> bool:
        return self.holds and self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Reach:
    """How far a permission goes: in a ``unit`` of the territory (:data:`EVERYWHERE`: all of it), and for a ``body`` of
    the plan (None: for all of them; empty: the mandate names none yet, and so for none)."""

    unit: str
    body: str | None

    def covers(self, units: Collection[str], bodies: Collection[str], above: Above) -> bool:
        """Whether something that lies in all of ``units`` and is a matter of ``bodies`` is within reach; without units
        it concerns the whole territory. ``above``: the units in which a unit lies, itself among them."""
        here = self.unit == EVERYWHERE or (bool(units) and all(self.unit in above(unit) for unit in units))
        return here and (self.body is None or self.body in bodies)

    def touches(self, units: Collection[str], above: Above) -> bool:
        """Whether something that lies in ``units`` has to do with the unit: within it, or around it."""
        return self.unit == EVERYWHERE or any(self.unit in above(unit) or unit in above(self.unit) for unit in units)


@cache
def permissions() -> dict[str, Permission]:
    """Every permission by name."""
    return {name: _permission(name, entry) for name, entry in _table()["permissions"].items()}


@cache
def roles() -> dict[str, Role]:
    """Every role by name."""
    return {
        name: Role(
            name,
            _labels(entry),
            frozenset(entry["permissions"]),
            entry.get("alone", False),
            entry.get("of_body", False),
        )
        for name, entry in _table()["roles"].items()
    }


def units_for(permission: str, mandates: Iterable[Held], day: dt.date) -> frozenset[str]:
    """In which units of the territory the ``mandates`` allow ``permission`` on ``day``; :data:`EVERYWHERE` among them
    means the whole territory, none at all that it is not allowed.

    Raises ``KeyError`` for a permission that does not exist: a mistyped one must never pass for one that nobody has.
    """
    return frozenset(one.unit for one in reaches(permission, mandates, day))


def reaches(permission: str, mandates: Iterable[Held], day: dt.date) -> frozenset[Reach]:
    """How far the ``mandates`` carry ``permission`` on ``day``; see :func:`units_for`."""
    wanted = permissions()[permission].name
    held = [one for one in mandates if one.on(day) and wanted in roles()[one.role].permissions]
    return frozenset(Reach(one.unit, one.body if roles()[one.role].of_body else None) for one in held)


def clash(names: Iterable[str]) -> tuple[str, str] | None:
    """Two roles among ``names`` that nobody may hold at once."""
    held = [roles()[name] for name in names]
    for one in held:
        for other in held:
            if one.alone and other.private:
                return one.name, other.name
    return None


def _permission(name: str, entry: Mapping[str, Any]) -> Permission:
    private = entry.get("private", False)
    strong = private or entry.get("strong", False)
    return Permission(name, _labels(entry), private, strong, entry.get("names", False))


def _labels(entry: Mapping[str, Any]) -> dict[str, str]:
    return {"es": entry["es"], "en": entry["en"]}


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "roles.toml").read_text("utf-8"))
