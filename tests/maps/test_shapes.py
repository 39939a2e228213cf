"""Light shapes still fit together, and come back from their packing."""

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon, box

from maps.shapes import POINTS_PER_AREA, lighter_coverage, packed


def unpacked(shape: list[list[list[int]]]) -> list[list[tuple[float, float]]]:
    """Do what unpackShape of page.js does."""
    rings = []
    for polygon in shape:
        for steps in polygon:
            points = np.cumsum(np.array(steps).reshape(-1, 2), axis=0) / 1e4
            rings.append([(float(x), float(y)) for x, y in points])
    return rings


def test_packing_keeps_four_decimals() -> None:
    """Exterior and holes come back, without the closing point."""
    polygon = Polygon([(0, 0), (0, 1), (1, 1), (1, 0)], [[(0.2, 0.2), (0.4, 0.2), (0.4, 0.40001)]])
    assert unpacked(packed(polygon)) == [
        [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0)],
        [(0.2, 0.2), (0.4, 0.2), (0.4, 0.4)],
    ]


def test_slivers_vanish() -> None:
    """A part smaller than the steps is left out."""
    assert len(packed(MultiPolygon([box(0, 0, 1, 1), box(3, 3, 3.00001, 3.00001)]))) == 1


def test_simplified_areas_still_share_their_borders() -> None:
    """No gap, no overlap, fewer points."""
    wave = [(1 + 0.01 * np.sin(9 * y), y) for y in np.linspace(0, 1, 400)]
    left, right = Polygon([(0, 0), *wave, (0, 1)]), Polygon([(2, 0), *wave, (2, 1)])
    lighter = lighter_coverage([left, right], most_points=200)
    assert shapely.get_num_coordinates(lighter).sum() <= 200
    assert shapely.coverage_is_valid(lighter)


def test_areas_of_large_maps_keep_their_looks() -> None:
    """Each keeps a handful of points, however few are wished for in all."""
    wave = [(1 + 0.01 * np.sin(9 * y), y) for y in np.linspace(0, 1, 400)]
    areas = [Polygon([(0, 0), *wave, (0, 1)]), Polygon([(2, 0), *wave, (2, 1)])]
    assert 10 < shapely.get_num_coordinates(lighter_coverage(areas, most_points=0)).sum() <= POINTS_PER_AREA * 2


def test_simplified_areas_can_be_joined() -> None:
    """Where borders were not shared exactly, what crosses itself is mended; it stays a polygon."""
    star = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])  # crosses itself
    (mended,) = lighter_coverage([star])
    assert mended.is_valid
    assert mended.geom_type in {"Polygon", "MultiPolygon"}
