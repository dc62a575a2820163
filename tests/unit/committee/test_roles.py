"""Roles: what they allow, and what nobody may hold at once."""

from __future__ import annotations

import datetime as dt

import pytest

from convive.committee.roles import EVERYWHERE, Held, clash, permissions, roles, units_for

DAY = dt.date(2024, 5, 3)
TOMORROW = DAY + dt.timedelta(days=1)


def test_every_role_has_permissions_that_exist_and_every_permission_a_role() -> None:
    given = {name for role in roles().values() for name in role.permissions}
    assert given == set(permissions())


def test_whoever_manages_accounts_sees_no_data_of_persons() -> None:
    for role in roles().values():
        if "accounts.manage" in role.permissions:
            assert role.alone
            assert not role.private
            assert "accounts.confirm" not in role.permissions


def test_the_administrator_holds_no_role_that_sees_data_of_persons() -> None:
    assert clash(["administrator", "analyst"]) == ("administrator", "analyst")
    assert clash(["administrator", "member"]) is None
    assert clash(["analyst", "custodian"]) is None


@pytest.mark.parametrize(
    ("since", "until", "holds", "units"),
    [
        (DAY, None, True, {"24"}),
        (DAY, DAY, True, {"24"}),
        (TOMORROW, None, True, set()),
        (DAY - dt.timedelta(days=9), DAY - dt.timedelta(days=1), True, set()),
        (DAY, None, False, set()),
    ],
)
def test_a_mandate_holds_between_its_days(since: dt.date, until: dt.date, holds: bool, units: set[str]) -> None:
    held = Held("analyst", "24", since, until, holds)
    assert units_for("register.homologate", [held], DAY) == units


def test_the_units_of_several_mandates_come_together() -> None:
    held = [Held("analyst", "2401", DAY, None, True), Held("technical_secretary", EVERYWHERE, DAY, None, True)]
    assert units_for("register.homologate", held, DAY) == {"2401", EVERYWHERE}
    assert units_for("plan.edit", held, DAY) == {EVERYWHERE}


def test_a_mistyped_permission_is_no_permission_that_nobody_has() -> None:
    with pytest.raises(KeyError):
        units_for("plan.edti", [], DAY)
