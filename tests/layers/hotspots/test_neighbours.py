"""Neighbours: by hand on a chessboard, against every pair asked on crooked cells."""

import numpy as np
import pytest
import shapely

from layers.hotspots.neighbours import contiguity, distance_band, row_standardised, with_self
from tests.geodata.tessellations import tessellation


def board(columns: int, rows: int) -> np.ndarray:
    return np.array([shapely.box(i, j, i + 1, j + 1) for j in range(rows) for i in range(columns)])


def test_a_queen_also_moves_across_corners() -> None:
    queen, rook = contiguity(board(3, 3), "queen"), contiguity(board(3, 3), "rook")
    assert queen.toarray()[4].tolist() == [1, 1, 1, 1, 0, 1, 1, 1, 1]
    assert rook.toarray()[4].tolist() == [0, 1, 0, 1, 0, 1, 0, 1, 0]
    assert queen.toarray()[0].tolist() == [0, 1, 0, 1, 1, 0, 0, 0, 0]


def test_an_island_and_a_hole() -> None:
    ring = shapely.Polygon(shapely.box(0, 0, 9, 9).exterior, [shapely.box(3, 3, 6, 6).exterior])
    cells = np.array([ring, shapely.box(3, 3, 6, 6), shapely.box(20, 0, 21, 1)])
    assert contiguity(cells, "rook").toarray().tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]


def test_no_polygons_have_no_neighbours() -> None:
    assert contiguity(np.array([], dtype=object)).shape == (0, 0)


def test_crooked_cells_agree_with_every_pair_asked() -> None:
    cells = tessellation(np.random.default_rng(5), 6, 5)
    for rule, pattern in (("queen", "*********"), ("rook", "****1****")):
        meets = [
            [
                one is not other
                and shapely.intersects(one, other)
                and shapely.relate_pattern(one, other, pattern)
                for other in cells
            ]
            for one in cells
        ]
        found = contiguity(cells, rule)  # type: ignore[arg-type]
        assert (found.toarray() == np.array(meets)).all()


def test_a_band_includes_its_edge_and_coincident_places() -> None:
    band = distance_band([0, 3, 0, 10], [0, 4, 0, 0], 5)
    assert band.toarray().tolist() == [[0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 0], [0, 0, 0, 0]]


def test_self_and_standardising() -> None:
    weights = with_self(with_self(contiguity(board(2, 1)), 5), 1)
    assert weights.toarray().tolist() == [[1, 1], [1, 1]]
    assert row_standardised(weights).toarray().tolist() == [[0.5, 0.5], [0.5, 0.5]]
    alone = row_standardised(distance_band([0, 9], [0, 0], 1))
    assert alone.toarray().tolist() == [[0, 0], [0, 0]]


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="rule"):
        contiguity(board(2, 2), "bishop")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="distance"):
        distance_band([0], [0], 0)
    with pytest.raises(ValueError, match="x, y"):
        distance_band([np.nan], [0], 1)
