"""The order of places follows Hilbert's curve: one step after another, whatever the scale."""

from __future__ import annotations

import numpy as np

from convive.analysis.hilbert import along_curve


def test_the_curve_goes_through_every_cell_of_a_square_and_always_to_the_next_one() -> None:
    y, x = np.mgrid[0:32, 0:32]
    cells = np.random.default_rng(0).permutation(np.column_stack([x.ravel(), y.ravel()])) * 30.0 + 5_000
    walked = cells[along_curve(cells)]
    assert np.unique(walked, axis=0).shape == (1024, 2)
    assert np.abs(np.diff(walked, axis=0)).sum(axis=1).tolist() == [30.0] * 1023


def test_places_in_one_spot_keep_their_order() -> None:
    assert along_curve(np.full((5, 2), 7.0)).tolist() == [0, 1, 2, 3, 4]
    assert along_curve(np.empty((0, 2))).tolist() == []
