"""How many deaths nobody saw: against published numbers, another program, and registers whose truth is known."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from convive.register.coverage import between, coverage, histories, shared_years, within
from convive.register.coverage.chapman import chapman, interval
from convive.register.coverage.estimate import rules
from convive.register.coverage.loglinear import averaged, fit, fullest, models, weights
from convive.register.coverage.missed import joins, mended, widened

RUNS = 1000


def one(value: float) -> np.ndarray:
    return np.array([value])


def register(counts: Mapping[str, int]) -> dict[frozenset[str], int]:
    """``{"ab": 3}``: three deaths that a and b alone saw."""
    return {frozenset(sources): deaths for sources, deaths in counts.items()}


def test_chapman_is_the_worked_example_of_the_books() -> None:
    """Lake Pepin-like example of Seber (1982, p. 60): 1,000 marked, 1,000 caught, 50 of them marked."""
    number, variance = chapman(one(1000), one(1000), one(50))
    assert number[0] == pytest.approx(1001 * 1001 / 51 - 1)
    assert variance[0] == pytest.approx(1001**2 * 950**2 / (51**2 * 52))


def test_the_largest_model_of_three_sources_has_its_closed_form() -> None:
    """With all pairs in the model, unseen = n111 n100 n010 n001 / (n110 n101 n011) (Fienberg 1972)."""
    counts = {1: 60.0, 2: 49.0, 3: 14.0, 4: 247.0, 5: 112.0, 6: 142.0, 7: 12.0}
    found = fit(np.array([[counts[history] for history in range(1, 8)]]), 3, ((0, 1), (0, 2), (1, 2)))
    expected = counts[7] * counts[1] * counts[2] * counts[4] / (counts[3] * counts[5] * counts[6])
    assert found.unseen[0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("sources", [3, 4])
def test_every_model_agrees_with_statsmodels(sources: int) -> None:
    counts = np.random.default_rng(3).integers(8, 90, 2**sources - 1).astype(float)
    cells = np.arange(1, 2**sources)
    for pairs in models(sources):
        bits = [(cells >> place) & 1 for place in range(sources)]
        columns = [np.ones(len(cells)), *bits, *(bits[a] * bits[b] for a, b in pairs)]
        design = np.array(columns, dtype=float).T
        theirs = sm.GLM(counts, design, family=sm.families.Poisson()).fit(tol=1e-12, maxiter=200)
        ours = fit(counts[None], sources, pairs)
        assert ours.unseen[0] == pytest.approx(np.exp(theirs.params[0]), rel=1e-5)
        variance = theirs.cov_params()[0, 0]
        assert ours.variance[0] == pytest.approx(ours.unseen[0] + ours.unseen[0] ** 2 * variance, rel=1e-4)


def drawn(deaths: int, seen: tuple[float, ...], dependent: tuple[int, int, float, float] | None = None) -> np.ndarray:
    """Counts of histories in ``RUNS`` registers; ``dependent``: i, j, chance of j where i saw, and where it did not."""
    draws = np.random.default_rng(20160630)
    saw = draws.random((RUNS, deaths, len(seen))) < np.array(seen)
    if dependent:
        i, j, together, alone = dependent
        saw[:, :, j] = draws.random((RUNS, deaths)) < np.where(saw[:, :, i], together, alone)
    number = (saw * (1 << np.arange(len(seen)))).sum(axis=2)
    return np.stack([(number == history).sum(axis=1) for history in range(1, 2 ** len(seen))], axis=1).astype(float)


@pytest.mark.parametrize(("deaths", "seen"), [(200, (0.8, 0.6)), (1000, (0.5, 0.4)), (150, (0.5, 0.5))])
def test_two_sources_hold_their_level(deaths: int, seen: tuple[float, float]) -> None:
    only_one, only_other, both = drawn(deaths, seen).T
    known = only_one + only_other + both
    total, variance = chapman(only_one + both, only_other + both, both)
    low, high = interval(known, np.maximum(total - known, 0), variance, confidence=0.95)
    assert 0.93 <= ((low <= deaths) & (deaths <= high)).mean() <= 0.97
    assert total.mean() == pytest.approx(deaths, rel=0.01)


@pytest.mark.parametrize(
    ("deaths", "seen", "dependent"),
    [
        (300, (0.8, 0.6, 0.5), None),
        (150, (0.8, 0.7, 0.5), None),
        (500, (0.7, 0.6, 0.5), (0, 1, 0.75, 0.4)),
        (500, (0.7, 0.6, 0.5), (0, 1, 0.65, 0.55)),
        (1000, (0.5, 0.4, 0.3), None),
        (1000, (0.5, 0.4, 0.3), (0, 1, 0.5, 0.33)),
        (1000, (0.5, 0.4, 0.3), (0, 1, 0.44, 0.36)),
        (400, (0.7, 0.6, 0.5, 0.4), None),
        (600, (0.7, 0.6, 0.5, 0.4), (1, 2, 0.7, 0.35)),
    ],
)
def test_the_interval_of_three_and_more_sources_holds_its_level_however_weakly_a_pair_depends(
    deaths: int, seen: tuple[float, ...], dependent: tuple[int, int, float, float] | None
) -> None:
    counts = drawn(deaths, seen, dependent)
    fits = [fit(counts, len(seen), pairs) for pairs in models(len(seen))]
    usable = np.array([each.error < rules()["largest_error"] for each in fits])
    known, at = counts.sum(axis=1), (fullest(fits, usable), np.arange(len(counts)))
    unseen, variance = (np.array([getattr(each, name) for each in fits])[at] for name in ("unseen", "variance"))
    low, high = interval(known, unseen, variance, confidence=0.95)
    total = averaged(fits, weights(fits, usable, akaike=rules()["akaike_share"]), known)
    assert 0.93 <= ((low <= deaths) & (deaths <= high)).mean() <= 0.97
    assert ((low <= total) & (total <= high)).mean() > 0.9
    assert total.mean() == pytest.approx(deaths, rel=0.03)


def test_taking_dependent_sources_for_independent_would_mislead() -> None:
    """What the other models are for: independence alone covers the truth almost never."""
    counts = drawn(500, (0.7, 0.6, 0.5), (0, 1, 0.75, 0.4))
    alone = fit(counts, 3, ())
    low, high = interval(counts.sum(axis=1), alone.unseen, alone.variance, confidence=0.95)
    assert ((low <= 500) & (high >= 500)).mean() < 0.5


FOUR = {"a": 40, "b": 40, "c": 40, "d": 40, "ab": 30, "ac": 30, "ad": 30, "bc": 30, "bd": 30, "cd": 30,
        "abc": 20, "abd": 20, "acd": 20, "bcd": 20, "abcd": 15}  # fmt: skip
GOOD = {"a": 40, "b": 35, "c": 30, "ab": 60, "ac": 50, "bc": 45, "abc": 80}


def test_a_good_register_gives_total_interval_models_and_assumptions() -> None:
    found = coverage(register(GOOD))
    assert found.refused == ()
    assert found.seen == 340
    assert found.total is not None
    assert found.low is not None
    assert found.high is not None
    assert 340 <= found.low < found.total < found.high
    assert len(found.models) == 8
    assert sum(model.weight for model in found.models) == pytest.approx(1)
    assert len(found.assumptions("es")) == 5
    assert any("de dos en dos" in one for one in found.assumptions("es"))
    assert all(one != other for one, other in zip(found.assumptions("es"), found.assumptions("en"), strict=True))


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        ({"a": 90}, "one_source"),
        ({}, "one_source"),
        ({"a": 5, "b": 4, "ab": 3}, "few_deaths"),
        ({"a": 50, "b": 40, "ab": 3}, "little_overlap"),
        ({"ab": 60}, "holds_all"),
        ({"a": 30, "ab": 60}, "holds_all"),
        (GOOD | {"ab": 0, "abc": 2}, "little_overlap"),
        ({"abc": 60, "ab": 20, "c": 30}, "copies"),
        ({"a": 25, "b": 24, "c": 22, "ab": 9, "ac": 8, "bc": 9, "abc": 8}, "conflict"),
        ({"a": 60, "b": 55, "c": 50, "ab": 4, "ac": 4, "bc": 4, "abc": 14}, "too_wide"),
        (FOUR | {"abc": 80}, "unfit"),
    ],
)
def test_what_cannot_be_said_is_refused_with_its_reason(counts: dict[str, int], code: str) -> None:
    found = coverage(register(counts))
    assert found.total is None
    assert found.unseen is None
    assert code in {refusal.code for refusal in found.refused}
    assert all(refusal.told("es") != refusal.told("en") for refusal in found.refused)


def test_four_sources_that_depend_in_twos_alone_are_answered() -> None:
    assert coverage(register(FOUR)).refused == ()


def lost(counts: np.ndarray, sources: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    """``counts`` after linkage failed to join the ``share`` of the last source's records that another holds too, and
    the share of all joins that these are, in each run."""
    draws, after, last = np.random.default_rng(7), counts.copy(), 1 << sources - 1
    for history in range(last + 1, 2**sources):
        gone = draws.binomial(counts[:, history - 1].astype(int), share)
        after[:, history - 1] -= gone
        after[:, history - last - 1] += gone
        after[:, last - 1] += gone
    return after, (after.sum(axis=1) - counts.sum(axis=1)).sum() / joins(counts, sources).sum()


@pytest.mark.parametrize("seen", [(0.7, 0.6), (0.7, 0.6, 0.5)])
def test_where_linkage_knows_what_it_missed_the_interval_holds_its_level(seen: tuple[float, ...]) -> None:
    """Five in a hundred records of a source were not joined: unmended, the interval holds the truth in two of five."""
    sources = len(seen)
    counts, share = lost(drawn(500, seen), sources, 0.05)

    def told(of: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        known = of.sum(axis=1)
        if sources == 2:
            total, variance = chapman(of[:, 0] + of[:, 2], of[:, 1] + of[:, 2], of[:, 2])
            low, high = interval(known, np.maximum(total - known, 0), variance, confidence=0.95)
            return low, total, high
        largest = fit(of, sources, list(models(sources))[-1])
        low, high = interval(known, largest.unseen, largest.variance, confidence=0.95)
        return low, known + largest.unseen, high

    before, whole = told(counts), mended(counts, sources, float(share))
    assert ((before[0] <= 500) & (before[2] >= 500)).mean() < 0.6
    low, high = widened(*told(whole), before[1], share * joins(whole, sources), confidence=0.95)
    assert 0.93 <= ((low <= 500) & (high >= 500)).mean() <= 0.97


def test_what_linkage_expects_to_have_missed_is_told_beside_the_number_and_can_forbid_it() -> None:
    plain, little, much = (coverage(register(GOOD), missed) for missed in (None, 0.01, 0.12))
    assert [(one.share, one.expected) for one in plain.missed] == [(0.02, False), (0.05, False)]
    assert [(one.share, one.expected) for one in little.missed] == [(0.01, True), (0.02, False), (0.05, False)]
    assert plain.total is not None
    assert little.total == plain.total
    totals = [plain.total, *(one.total for one in little.missed if one.total)]
    assert totals == sorted(totals, reverse=True)
    assert much.total is None
    assert [one.code for one in much.refused] == ["missed_links"]
    assert "12.0 %" in much.refused[0].told("es")
    assert much.models == plain.models


def test_dependence_of_all_at_once_multiplies_the_unseen() -> None:
    """Of three sources the odds ratio of all at once is what the largest model takes for one (Fienberg 1972)."""
    found = coverage(register(GOOD))
    assert found.unseen is not None
    assert dict(found.hidden) == pytest.approx({0.5: 340 + found.unseen / 2, 2.0: 340 + 2 * found.unseen})


def test_models_in_conflict_are_shown_side_by_side() -> None:
    found = coverage(register({"a": 60, "b": 55, "c": 50, "ab": 4, "ac": 4, "bc": 4, "abc": 14}))
    totals = [model.total for model in found.models]
    assert max(totals) / min(totals) > 1.4


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(8, 200), min_size=7, max_size=7))
def test_no_estimate_lies_below_what_was_seen_and_names_do_not_matter(numbers: list[int]) -> None:
    keys = ["a", "b", "c", "ab", "ac", "bc", "abc"]
    found = coverage(register(dict(zip(keys, numbers, strict=True))))
    for model in found.models:
        assert sum(numbers) <= model.low <= model.total <= model.high
    for names in permutations("abc"):
        renamed = dict(zip("abc", names, strict=True))
        again = coverage(register({"".join(renamed[c] for c in key): n for key, n in zip(keys, numbers, strict=True)}))
        assert (again.total is None) == (found.total is None)
        if found.total is not None:
            assert again.total == pytest.approx(found.total, rel=1e-6)


def test_histories_count_institutions_not_files() -> None:
    cases = pl.DataFrame({"sources": [["pnp"], ["pnp", "pnp-2"], ["morgue", "pnp-2"], ["morgue"]]})
    bodies = {"pnp": "police", "pnp-2": "police", "morgue": "morgue"}
    assert histories(cases, bodies) == {
        frozenset({"police"}): 2,
        frozenset({"police", "morgue"}): 1,
        frozenset({"morgue"}): 1,
    }


def test_only_years_that_all_institutions_reach_are_spoken_of() -> None:
    """Two that share two years of ten: what one did not see before it began was not missed."""
    rng = np.random.default_rng(3)
    rows, sources = [], []
    for year in range(2010, 2020):
        for _ in range(100):
            saw = [name for name, here in (("a", year <= 2016), ("b", year >= 2015)) if here and rng.random() < 0.8]
            rows += [(name, year) for name in saw]
            sources += [(saw, year)] if saw else []
    june = {"occurred_on": pl.date("year", 6, 1)}
    june |= dict.fromkeys(("died_on", "registered_on"), pl.lit(None, pl.Date))
    records = pl.DataFrame(rows, schema={"source_body": pl.String, "year": pl.Int32}, orient="row").with_columns(**june)
    cases = pl.DataFrame(sources, schema={"sources": pl.List(pl.String), "year": pl.Int32}, orient="row")
    cases = cases.with_columns(**june)
    years = shared_years(records)
    assert years == (2015, 2016)
    told = between(histories(within(cases, years), {"a": "a", "b": "b"}), years)
    assert told.low is not None
    assert told.low <= 200 <= told.high
    assert told.years == (2015, 2016)


def test_institutions_that_share_no_year_are_refused() -> None:
    told = between(register({"a": 300, "b": 300}), None)
    assert [one.code for one in told.refused] == ["no_years"]
    assert "no comparten ningún año" in told.refused[0].told("es")


def test_deaths_that_only_a_source_left_out_saw_stay_in_the_register() -> None:
    rng = np.random.default_rng(4)
    seen: dict[frozenset[str], int] = {}
    for _ in range(1_000):
        history = frozenset(name for name, share in zip("abcdef", (0.6, 0.5, 0.5, 0.4, 0.4, 0.2), strict=True)
                            if rng.random() < share)  # fmt: skip
        if history:
            seen[history] = seen.get(history, 0) + 1
    told = coverage(seen)
    assert told.seen == sum(seen.values())
    assert told.total is None or told.total >= told.seen
