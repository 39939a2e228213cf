"""Shapes are measured as on paper: discs, squares, holes, territories of many pieces."""

import numpy as np
import pytest
import shapely

from maps.compactness import compactness, moments, on_a_plane

HERE = (2.0, 47.0)


def in_degrees(shape):
    """Lay a small shape in kilometres near 47° north, 2° east."""
    east, north = 1 / (111.32 * np.cos(np.radians(HERE[1]))), 1 / 111.2
    return shapely.transform(shape, lambda at: at * [east, north] + HERE)


def measured(*territories):
    """Return both measures of territories given as lists of shapes in kilometres."""
    shapes = [in_degrees(shape) for territory in territories for shape in territory]
    owner = [number for number, territory in enumerate(territories) for _ in territory]
    return compactness(np.array(shapes, dtype=object), np.array(owner, dtype=np.int64), len(territories))


def test_a_disc_is_perfectly_compact():
    """100 and 1, but for the corners of the drawn circle."""
    found = measured([shapely.Point(0, 0).buffer(10, quad_segs=64)])
    assert (found.index[0], found.polsby_popper[0]) == (pytest.approx(100, abs=0.1), pytest.approx(1, abs=0.002))


def test_a_square_of_four_areas_is_measured_as_one():
    """3/π of a disc's inertia, π/4 by its perimeter; how it is divided into areas does not count."""
    quarters = [shapely.box(x, y, x + 5, y + 5) for x in (0, 5) for y in (0, 5)]
    for territory in ([shapely.box(0, 0, 10, 10)], quarters):
        found = measured(territory)
        assert found.index[0] == pytest.approx(100 * 3 / np.pi, rel=1e-3)
        assert found.polsby_popper[0] == pytest.approx(np.pi / 4, rel=1e-3)


def test_a_strip_is_less_compact_than_a_block():
    """Rectangles of one area: a × b has the index 600 ab / (2π (a² + b²))."""
    found = measured([shapely.box(0, 0, 40, 2.5)], [shapely.box(0, 20, 10, 30)])
    strip = 100 * 6 * 40 * 2.5 / (np.pi * (40**2 + 2.5**2))
    assert found.index == pytest.approx([strip, 100 * 3 / np.pi], rel=2e-3)


def test_moments_of_a_ring_with_a_hole():
    """A square with a square hole: the difference of two squares; sides a have a⁴/6."""
    ring = shapely.box(0, 0, 10, 10).difference(shapely.box(2, 2, 8, 8))
    area, middle, second = moments(np.array([ring, shapely.MultiPolygon([shapely.box(0, 0, 1, 1)])], dtype=object))
    assert area == pytest.approx([64, 1])
    assert middle == pytest.approx(np.array([[5, 5], [0.5, 0.5]]))
    assert second == pytest.approx([(10**4 - 6**4) / 6, 1 / 6])


def test_moments_agree_with_a_fine_grid_of_points():
    """An L, by adding up ten thousand small squares."""
    shape = shapely.Polygon([(0, 0), (4, 0), (4, 1), (1, 1), (1, 3), (0, 3)])
    at = (np.stack(np.meshgrid(np.arange(400), np.arange(300)), -1).reshape(-1, 2) + 0.5) / 100
    inside = at[shapely.contains_xy(shape, at[:, 0], at[:, 1])]
    middle = inside.mean(axis=0)
    found = moments(np.array([shape], dtype=object))
    assert found[0][0] == pytest.approx(len(inside) / 10_000, rel=1e-3)
    assert found[1][0] == pytest.approx(middle, rel=1e-3)
    assert found[2][0] == pytest.approx(((inside - middle) ** 2).sum() / 10_000, rel=1e-3)


def test_the_plane_keeps_areas():
    """A square kilometre is a million square metres, on the sphere's curve, far from the middle too."""
    shapes = np.array([in_degrees(shapely.box(0, 0, 1, 1)), in_degrees(shapely.box(300, 0, 301, 1))], dtype=object)
    assert shapely.area(on_a_plane(shapes)) == pytest.approx([1e6, 1e6], rel=2e-3)


def test_a_territory_without_areas_has_no_shape():
    """Not a number, and no warning."""
    found = compactness(np.array([in_degrees(shapely.box(0, 0, 1, 1))], dtype=object), np.array([0]), 2)
    assert np.isnan([found.index[1], found.polsby_popper[1]]).all()
