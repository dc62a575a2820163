"""Every public method has a truth that is not its own, watched by a test that exists, and keeps its promises."""

from __future__ import annotations

import csv
import inspect
import re
from pathlib import Path

import pytest

from analysis_methods import ASKED, METHODS

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[2]
METHOD_PAGES = REPOSITORY / "docs" / "methods"
CALIBRATION = REPOSITORY / "benchmarks" / "analysis" / "calibration.csv"
ALSO_JUDGED = {
    "closing_rule": "its interval is exact",
    "kernel_density": "its interval is of Poisson counts",
    "recapture": "its interval is of two shares",
    "weighted_displacement_difference": "its interval and p-value are of Poisson counts",
    "self_exciting": "its intervals are of the likelihood",
    "empirical_bayes": "its interval is of the gamma law",
    "funnel": "its limits and p-values are of Poisson counts",
    "mann_kendall": "its p-value is by the normal approximation",
    "count_model": "its intervals are of the likelihood",
    "rolling_scores": "its intervals are Student's",
}
"""Methods without a seed whose results are uncertain all the same."""


def rows(page: str) -> list[tuple[list[str], str]]:
    """Methods and tests of the table."""
    found = re.findall(r"^\| (`.+?`) \| .+ \| `([\w.]+)` \|$", (METHOD_PAGES / page).read_text("utf-8"), re.M)
    return [(re.findall(r"`([\w.]+)`", methods), test) for methods, test in found]


@pytest.mark.parametrize("page", ["truth.md", "truth.en.md"])
def test_every_public_method_says_how_it_is_known(page: str) -> None:
    named = [method for methods, _ in rows(page) for method in methods]
    assert sorted(named) == sorted(ASKED)


def test_both_languages_name_the_same_tests_and_they_exist() -> None:
    assert rows("truth.md") == rows("truth.en.md")
    for _, test in rows("truth.md"):
        file, name = test.split(".")
        assert f"def {name}(" in (HERE / f"{file}.py").read_text("utf-8"), test


def test_every_uncertain_method_was_calibrated_2000_times_and_kept_its_promise() -> None:
    with CALIBRATION.open(encoding="utf-8", newline="") as file:
        held = list(csv.DictReader(file))
    seeded = {name for name in ASKED if "seed" in inspect.signature(METHODS[name]).parameters}
    asked = seeded | {name for name in ASKED if name.split(".")[1] in ALSO_JUDGED}
    assert asked <= {re.split(r"[ ,]", row["name"])[0] for row in held}
    assert [row["name"] for row in held if row["kept"] != "yes"] == []
    assert len({row["name"] for row in held}) == len(held)
    assert [row["name"] for row in held if int(row["runs"]) < 1_850] == []  # in the rest the method cannot tell
