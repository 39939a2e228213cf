"""Neighbours share a border; islands are bridged by the shortest links."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from scenarios.adjacency import bridge_islands, neighbours
from scenarios.cells import make_cells
from tests.scenarios.test_cells import HOLED


def board(boxes: list[tuple[float, float, float, float]]) -> gpd.GeoDataFrame:
    """Return areas of boxes given in tenths of a degree."""
    shapes = [shapely.box(2 + a / 10, 46 + b / 10, 2 + c / 10, 46 + d / 10) for a, b, c, d in boxes]
    return gpd.GeoDataFrame({"area_id": [str(n) for n in range(len(boxes))]}, geometry=shapes, crs="EPSG:4326")


def grid(columns: int, rows: int) -> gpd.GeoDataFrame:
    """Return a board of unit boxes, row by row."""
    return board([(x, y, x + 1, y + 1) for y in range(rows) for x in range(columns)])


def test_grid_has_rook_neighbours_only() -> None:
    """
    Corners do not count.

    3 4 5
    0 1 2
    """
    assert neighbours(grid(3, 2)).tolist() == [[0, 1], [0, 3], [1, 2], [1, 4], [2, 5], [3, 4], [4, 5]]


def test_border_with_vertices_on_one_side_only_counts() -> None:
    """One long side against two short ones (a T-junction)."""
    assert neighbours(board([(0, 0, 1, 2), (1, 0, 2, 1), (1, 1, 2, 2)])).tolist() == [[0, 1], [0, 2], [1, 2]]


def test_careless_rounding_of_borders_is_forgiven() -> None:
    """A gap of half a metre is a shared border, one of ten metres is not."""
    near, far = 0.5 / 77_000 * 10, 10 / 77_000 * 10
    assert neighbours(board([(0, 0, 1, 1), (1 + near, 0, 2, 1), (2 + far, 0, 3, 1)])).tolist() == [[0, 1]]


def test_neighbours_of_cells_agree_with_measured_borders() -> None:
    """Sorting edges finds the same pairs as intersecting all polygons."""
    import pandas as pd  # noqa: PLC0415

    rng = np.random.default_rng(5)
    points = pd.DataFrame(
        {"area_id": [f"{n:03d}" for n in range(150)], "lon": rng.uniform(2, 3, 150), "lat": rng.uniform(46, 46.6, 150)}
    )
    cells = make_cells(points, HOLED)
    shapes = np.asarray(cells.geometry.values)
    expected = [
        [a, b]
        for a in range(len(shapes))
        for b in range(a + 1, len(shapes))
        if shapely.length(shapely.intersection(shapes[a], shapes[b])) > 2e-5
    ]
    assert neighbours(cells).tolist() == expected


def test_islands_are_bridged_by_the_shortest_links() -> None:
    """
    Three pieces need two links.

    0 1 . 2 . . . 3
    """
    areas = board([(0, 0, 1, 1), (1, 0, 2, 1), (3, 0, 4, 1), (7, 0, 8, 1)])
    edges, bridges = bridge_islands(areas, neighbours(areas))
    assert bridges.tolist() == [[1, 2], [2, 3]]
    assert edges.tolist() == [[0, 1], [1, 2], [2, 3]]


def test_each_group_is_connected_within_itself() -> None:
    """A region cut in two by another one gets a link of its own."""
    areas = grid(3, 1)
    edges, bridges = bridge_islands(areas, neighbours(areas), np.array([0, 1, 0]))
    assert bridges.tolist() == [[0, 2]]
    assert edges.tolist() == [[0, 1], [0, 2], [1, 2]]


def test_connected_map_needs_no_bridge() -> None:
    """Nothing is added."""
    areas = grid(4, 4)
    found = neighbours(areas)
    edges, bridges = bridge_islands(areas, found)
    assert bridges.shape == (0, 2)
    assert edges.tolist() == found.tolist()


@pytest.mark.parametrize("count", [1, 2, 3, 60])
def test_scattered_islands_become_one_piece(count: int) -> None:
    """As many links as pieces less one."""
    rng = np.random.default_rng(count)
    corners = rng.permutation(400)[:count]
    areas = board(
        [(x * 2.0, y * 2.0, x * 2.0 + 1, y * 2.0 + 1) for x, y in zip(corners % 20, corners // 20, strict=True)]
    )
    edges, bridges = bridge_islands(areas, neighbours(areas))
    graph = coo_matrix((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(count, count))
    assert len(bridges) == count - 1
    assert connected_components(graph, directed=False)[0] == 1
