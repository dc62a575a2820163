"""Streets become a network: lines meet where they should, events come to the nearest street, pieces are equal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely

from convive.analysis.network import chains, lixels, located, network
from convive.errors import AnalysisError

CROSS = [np.array([(0, 0), (200, 0)], float), np.array([(100, -80), (100, 120)], float)]


def test_lines_meet_at_shared_vertices_and_only_when_asked_where_they_cross() -> None:
    bridge = network(CROSS, metres=True)
    assert (len(bridge.nodes), len(bridge.segments)) == (4, 2)
    corner = network(CROSS, crossings=True, metres=True)
    assert (len(corner.nodes), len(corner.segments)) == (5, 4)
    assert corner.total == bridge.total == 400
    assert sorted(corner.line) == [0, 0, 1, 1]
    assert len(chains(corner).length) == 4


def test_vertices_within_the_tolerance_are_one_and_pieces_without_length_fall_away() -> None:
    found = network([[(0, 0), (100, 0), (100, 0.01)], [(100, 0.04), (200, 0)]], metres=True)
    assert (len(found.nodes), len(found.segments)) == (3, 2)
    assert found.line.tolist() == [0, 1]


def test_chains_leave_out_nodes_where_a_street_only_goes_on() -> None:
    line = [(0, 0), (50, 0), (50, 50), (90, 50)]
    ring = [(500, 0), (560, 0), (560, 60), (500, 0)]
    found = network([line, [(90, 50), (90, 0)], [(90, 50), (150, 50)], ring], metres=True)
    chained = chains(found)
    assert sorted(chained.length.round(3)) == [50, 60, 140, 204.853]
    assert chained.ends.shape == (4, 2)
    by_hand = [chained.offset[at] + (found.length[at] if chained.backward[at] else 0) for at in range(3)]
    assert sorted(by_hand) in ([0, 50, 100], [40, 90, 140])


def test_events_come_to_the_nearest_place_that_shapely_finds() -> None:
    draws = np.random.default_rng(0)
    lines = [draws.uniform(0, 1000, (4, 2)) for _ in range(20)]
    points = draws.uniform(0, 1000, (300, 2))
    streets = network(lines)
    found = located(points, streets, reach=2000)
    whole = shapely.multilinestrings([shapely.linestrings(one) for one in lines])
    assert found.away == pytest.approx(shapely.distance(whole, shapely.points(points)), abs=0.2)
    at = streets.place(found.segment, found.along)
    assert np.hypot(*(at - points).T) == pytest.approx(found.away)
    near = located(points, streets, reach=20)
    assert near.beyond == (found.away > 20).sum() > 0
    assert np.array_equal(near.segment >= 0, found.away <= 20)


def test_pieces_are_equal_within_a_segment_and_never_longer_than_asked() -> None:
    streets = network([[(0, 0), (95, 0), (95, 10)]], metres=True)
    found = lixels(streets, 10)
    assert np.diff(found.first).tolist() == [10, 1]
    assert found.length.max() <= 10
    assert found.length.sum() == pytest.approx(streets.total)
    assert found.middle[0] == pytest.approx(4.75)


@pytest.mark.parametrize(
    ("lines", "how", "code"),
    [
        ([], {}, "analysis-no-streets"),
        ([[(3, 3)]], {}, "analysis-no-streets"),
        ([[(3, 3), (3, 3)]], {}, "analysis-no-streets"),
        ([[(-80.45, -3.57), (-80.44, -3.56)]], {}, "analysis-degrees"),
        ([[(0, 0), (np.nan, 5)]], {}, "analysis-not-numbers"),
        ([[(0, 0), (500, 5)]], {"tolerance": 0}, "analysis-argument"),
    ],
)
def test_what_is_no_street_is_refused(lines: Any, how: dict[str, Any], code: str) -> None:
    with pytest.raises(AnalysisError) as refused:
        network(lines, **how)
    assert refused.value.problems[0].code == code
