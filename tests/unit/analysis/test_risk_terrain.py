"""Risk terrain: factors are seen as defined, found where planted, and not found where there are none."""

from __future__ import annotations

from collections.abc import Callable

import numba
import numpy as np
import pytest
import shapely
from scipy.spatial.distance import cdist

from convive.analysis.landscape_variables import Factor, density_of, distance_to, operationalise
from convive.analysis.penalised_counts import count_model
from convive.analysis.risk_terrain import risk_terrain
from convive.errors import AnalysisError

CORNER = 500_000.0


def landscape(seed: int = 0, side: int = 30, cell: float = 100) -> tuple[np.ndarray, list[Factor]]:
    draws = np.random.default_rng(seed)
    middle = (np.arange(side) + 0.5) * cell + CORNER
    cells = np.column_stack([np.tile(middle, side), np.repeat(middle, side)])
    whole = side * cell
    river = np.array([[0, 0.25], [0.4, 0.35], [1, 0.75]]) * whole + CORNER
    return cells, [
        Factor("bars", draws.uniform(0, whole, (20, 2)) + CORNER),
        Factor("schools", draws.uniform(0, whole, (12, 2)) + CORNER),
        Factor("lights", draws.uniform(0, whole, (80, 2)) + CORNER),
        Factor("river", lines=[river], ways=("proximity",)),
    ]


def events(cells: np.ndarray, holds: np.ndarray, risk: float, n: int, seed: int) -> np.ndarray:
    mean = np.where(holds, risk, 1.0)
    return np.random.default_rng(seed).poisson(mean * n / mean.sum())


def test_distances_are_those_of_scipy_and_shapely() -> None:
    cells, factors = landscape()
    points = np.asarray(factors[0].points)
    assert distance_to(cells, points) == pytest.approx(cdist(cells, points).min(axis=1))
    line = np.asarray(factors[3].lines[0])
    told = shapely.distance(shapely.points(cells), shapely.LineString(line))
    assert distance_to(cells, np.empty((0, 2)), [line]) == pytest.approx(told)
    assert distance_to(cells, points, [line]) == pytest.approx(np.minimum(told, cdist(cells, points).min(axis=1)))


def test_densities_are_those_of_the_definition() -> None:
    cells, factors = landscape()
    points, weights = np.asarray(factors[2].points), np.random.default_rng(1).uniform(0.5, 2, 80)
    near = np.maximum(1 - (cdist(cells, points) / 250) ** 2, 0)
    expected = 3 / (np.pi * 250**2) * (near**2 @ weights)
    assert density_of(cells, points, weights, 250) == pytest.approx(expected, abs=1e-15)
    assert density_of(cells + 1e6, points, weights, 250).sum() == 0


def test_a_line_is_as_dense_as_its_metres() -> None:
    cells, _ = landscape()
    river = Factor("river", lines=[[[CORNER - 2000, CORNER + 1550], [CORNER + 5000, CORNER + 1550]]], ways=("density",))
    variables, columns = operationalise(cells, [river], [300])
    assert variables[0].way == "density"
    # The kernel of a straight line falls with the distance from it; the rows next to it stand out, none far away.
    rows = np.unique(np.abs(cells[columns[:, 0], 1] - (CORNER + 1550)))
    assert len(rows) > 0
    assert rows.max() <= 200


def test_a_factor_is_seen_near_and_dense_at_every_distance() -> None:
    cells, factors = landscape()
    variables, columns = operationalise(cells, factors, [100, 300])
    assert [(one.factor, one.way, one.bandwidth) for one in variables[:4]] == [
        ("bars", "proximity", 100.0),
        ("bars", "density", 100.0),
        ("bars", "proximity", 300.0),
        ("bars", "density", 300.0),
    ]
    assert len(variables) == 3 * 4 + 2
    assert np.array_equal(columns[:, 2], cdist(cells, np.asarray(factors[0].points)).min(axis=1) <= 300)
    dense = density_of(cells, np.asarray(factors[0].points), np.ones(20), 300)
    assert np.array_equal(columns[:, 3], dense > dense.mean() + 2 * dense.std())
    assert [one.cells for one in variables] == columns.sum(axis=0).tolist()


def test_what_was_planted_is_found_and_the_model_is_that_of_the_variable_alone() -> None:
    cells, factors = landscape()
    near = distance_to(cells, np.asarray(factors[0].points)) <= 200
    y = events(cells, near, 4.0, 300, 2)
    found = risk_terrain(cells, y, factors, [100, 200, 300])
    assert [(one.variable.factor, one.variable.way, one.variable.bandwidth) for one in found.chosen] == [
        ("bars", "proximity", 200.0)
    ]
    only = found.chosen[0]
    model = count_model(near[:, None], y, distribution=found.distribution)
    assert only.coefficient == pytest.approx(model.coefficients[1])
    assert only.relative_risk == pytest.approx(np.exp(only.coefficient))
    assert only.low < 4 < only.high
    assert only.p == 1 / 1000
    assert only.kept > 0.95
    assert found.bic < found.bic_null
    assert found.scores == pytest.approx(np.where(near, only.relative_risk, 1.0))
    assert found.score_low[near] == pytest.approx(only.low)
    assert found.expected.sum() == pytest.approx(y.sum())


def test_scores_multiply_as_the_program_s_report_has_it() -> None:
    # RTMDx, report of Leeds burglaries 2011 (geog.leeds.ac.uk, risk-terrain practical): relative risk values 21.3638
    # and 8.6521, the riskiest cell 184.8 times a cell with neither.
    assert round(21.3638 * 8.6521, 1) == 184.8
    cells, factors = landscape(3)
    one = distance_to(cells, np.asarray(factors[0].points)) <= 200
    other = distance_to(cells, np.asarray(factors[1].points)) <= 200
    mean = np.where(one, 4, 1) * np.where(other, 3, 1)
    y = np.random.default_rng(2).poisson(mean * 900 / mean.sum())
    found = risk_terrain(cells, y, factors, [200], simulations=99, resamples=0)
    risks = {told.variable.factor: told.relative_risk for told in found.chosen}
    assert set(risks) >= {"bars", "schools"}
    chosen = {told.variable.factor for told in found.chosen}
    assert len(chosen) == len(found.chosen)
    variables, columns = operationalise(cells, factors, [200])
    product = np.ones(len(cells))
    for told in found.chosen:
        place = next(
            at for at, v in enumerate(variables) if (v.factor, v.way) == (told.variable.factor, told.variable.way)
        )
        product[columns[:, place]] *= told.relative_risk
    assert found.scores == pytest.approx(product)


def test_protective_factors_are_found_when_asked_for() -> None:
    cells, factors = landscape(5)
    near = distance_to(cells, np.asarray(factors[2].points)) <= 200
    y = events(cells, near, 0.2, 400, 3)
    assert not any(
        told.variable.factor == "lights"
        for told in risk_terrain(cells, y, factors, [200], simulations=19, resamples=0).chosen
    )
    found = risk_terrain(cells, y, factors, [200], direction="protective", simulations=99, resamples=0)
    assert [told.variable.factor for told in found.chosen] == ["lights"]
    assert found.chosen[0].high < 1


def test_more_variance_than_poisson_makes_it_negative_binomial() -> None:
    cells, factors = landscape()
    near = distance_to(cells, np.asarray(factors[0].points)) <= 200
    mean = np.where(near, 2.0, 0.4)
    y = np.random.default_rng(1).negative_binomial(mean / 3, 1 / 4)
    found = risk_terrain(cells, y, factors, [200], simulations=19, resamples=0)
    assert found.distribution == "negative-binomial"
    assert found.dispersion == pytest.approx(3, rel=0.3)
    assert found.chosen[0].low < 5 < found.chosen[0].high


def test_where_nothing_is_there_hardly_anything_is_found_and_p_values_are_as_rare_as_they_say(
    uniform: Callable[..., float],
) -> None:
    cells, factors = landscape(side=20)
    some, smallest = 0, []
    for seed in range(40):
        y = events(cells, np.zeros(len(cells), bool), 1.0, 150, seed)
        found = risk_terrain(cells, y, factors, [100, 200], simulations=19, resamples=0, seed=seed)
        some += bool(found.chosen)
        smallest.append(found.p_tested.min())
    assert some <= 6
    assert uniform(smallest, 19) > 0.01


def test_intervals_of_a_planted_risk_cover_it() -> None:
    cells, factors = landscape(side=20)
    near = distance_to(cells, np.asarray(factors[0].points)) <= 200
    inside = []
    for seed in range(500):
        model = count_model(near[:, None], events(cells, near, 3.0, 200, seed))
        error = 1.959964 * np.sqrt(model.covariance[1, 1])
        inside.append(abs(model.coefficients[1] - np.log(3)) <= error)
    assert np.mean(inside) == pytest.approx(0.95, abs=0.03)


def test_the_same_seed_gives_the_same_answer_on_any_number_of_threads() -> None:
    cells, factors = landscape()
    y = events(cells, distance_to(cells, np.asarray(factors[0].points)) <= 200, 3.0, 200, 1)
    before = numba.get_num_threads()
    found = []
    try:
        for threads in (1, before):
            numba.set_num_threads(threads)
            told = risk_terrain(cells, y, factors, [100, 200], simulations=99, resamples=20, seed=4)
            found.append((told.p_tested.tolist(), told.penalty, told.bic, told.chosen))
    finally:
        numba.set_num_threads(before)
    assert found[0] == found[1]


def test_variables_that_cannot_be_tested_are_told_with_the_reason() -> None:
    cells, factors = landscape()
    far = Factor("far", [[CORNER + 90_000, CORNER + 90_000]])
    again = Factor("bars again", factors[0].points, ways=("proximity",))
    everywhere = Factor("everywhere", cells, ways=("proximity",))
    y = events(cells, np.zeros(len(cells), bool), 1.0, 300, 1)
    found = risk_terrain(cells, y, [*factors, far, again, everywhere], [200], simulations=19, resamples=0)
    why = {(variable.factor, variable.way): reason for variable, reason in found.dropped}
    assert why["far", "proximity"] == "too few cells"
    assert why["bars again", "proximity"] == "same as another"
    assert why["everywhere", "proximity"] == "everywhere"
    assert found.reason
    assert found.scores.tolist() == [1.0] * len(cells)


def test_bad_input_is_refused() -> None:
    cells, factors = landscape()
    y = np.zeros(len(cells), int)
    with pytest.raises(AnalysisError, match="no event"):
        risk_terrain(cells, y, factors, [200])
    y[:12] = 1
    with pytest.raises(AnalysisError, match="12 events in 12 cells"):
        risk_terrain(cells, y, factors, [200])
    y[:40] = 1
    with pytest.raises(AnalysisError, match="less than half a cell"):
        risk_terrain(cells, y, factors, [40])
    with pytest.raises(AnalysisError, match="degrees"):
        risk_terrain(cells / 1e6 - 80.45, y, factors, [200])
    with pytest.raises(AnalysisError, match="no place"):
        risk_terrain(cells, y, [Factor("nothing")], [200])
    with pytest.raises(AnalysisError, match="None of the"):
        risk_terrain(cells, y, [Factor("far", [[CORNER + 90_000, CORNER + 90_000]])], [200])
    with pytest.raises(AnalysisError):
        risk_terrain(cells, y, [factors[0], factors[0]], [200])
    with pytest.raises(AnalysisError, match="degrees"):
        risk_terrain(cells, y, [Factor("bars", [[-80.451, -3.567]])], [200])
