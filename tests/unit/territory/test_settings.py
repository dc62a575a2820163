"""territory.toml: what is missing, misspelt or unreadable is named."""

from __future__ import annotations

import pytest

from convive.territory.settings import break_defaults, read_settings


def test_a_territory_without_settings_says_so(tmp_path, stopped_by):
    assert stopped_by(tmp_path)[0][:2] == ("territory-missing", "territory.toml")


@pytest.mark.parametrize(
    ("settings", "code", "column"),
    [
        ("levels = [", "toml-unreadable", ""),
        ("levles = []", "setting-misfit", "levles"),
        ('[[units]]\nfile = "a.csv"\nlevle = "x"', "setting-misfit", "units.0.levle"),
        ('[[units]]\nfile = "a.csv"\nlevel = "planet"', "setting-misfit", ""),
        ("[breaks]\nminimum = -1", "setting-misfit", "breaks.minimum"),
        ("[matching]\nthreshold = 200", "setting-misfit", "matching.threshold"),
    ],
)
def test_a_setting_that_does_not_fit_is_named(write, stopped_by, settings, code, column):
    [problem] = stopped_by(write(settings=settings))
    assert (problem[0], problem[1], problem[3]) == (code, "territory.toml", column)


def test_the_rule_for_breaks_has_defaults_that_a_territory_may_change(write):
    rule = read_settings(write(settings="[breaks]\nminimum = 0.2")).breaks
    assert rule.minimum == 0.2
    assert rule.spread_multiple == break_defaults()["spread_multiple"]
