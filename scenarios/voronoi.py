"""Cut an outline into Voronoi cells that share their borders exactly."""

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import Voronoi, cKDTree
from shapely.geometry.base import BaseGeometry

from scenarios.planes import FloatArray, GeometryArray, Plane

IntArray = NDArray[np.int64]

GRID_DEGREES: Final = 1e-6
"""Coordinates lie on this grid, about a tenth of a metre."""
LONGEST_EDGE_M: Final = 2_500.0
"""Edges are cut to this length before they are bent into degrees; the chord is then off by less than 0.2 m."""
FAR_FACTOR: Final = 20.0
"""Helper points lie this many diagonals away, so that every cell of a real point is closed."""


def dissolve_voronoi(
    xy: FloatArray, labels: IntArray, n_labels: int, outline: BaseGeometry, plane: Plane
) -> GeometryArray:
    """Return for each label the union of the Voronoi cells of its points inside the outline.

    Only edges between different labels are drawn; together with the outline they are noded on one grid and cut into
    faces, so that neighbours share every vertex. A face belongs to the point that is nearest to it.

    Parameters
    ----------
    xy
        Distinct points in metres. Shape (points, 2).
    labels
        Label of each point, from 0. Shape (points,).
    n_labels
        Number of labels.
    outline
        (Multi)Polygon in degrees.
    plane
        What made `xy`.

    Returns
    -------
    (Multi)Polygons in degrees on GRID_DEGREES; empty for a label without ground. Shape (n_labels,).
    """
    pairs, edges = voronoi_edges(xy, outline, plane)
    edges = edges[labels[pairs[:, 0]] != labels[pairs[:, 1]]]
    edges = shapely.segmentize(edges[~shapely.is_empty(edges)], LONGEST_EDGE_M)
    bent = shapely.transform(edges, plane.lon_lat)
    lines = shapely.union_all(np.append(bent, shapely.boundary(outline)), grid_size=GRID_DEGREES)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    middles = shapely.point_on_surface(faces)
    shapely.prepare(outline)
    inside = shapely.contains(outline, middles)
    faces, middles = faces[inside], middles[inside]
    _, nearest = cKDTree(xy).query(plane.xy(shapely.get_x(middles), shapely.get_y(middles)))
    face_label = labels[nearest]
    cells = np.full(n_labels, shapely.MultiPolygon(), dtype=object)
    order = np.argsort(face_label, kind="stable")
    for part in np.split(order, np.flatnonzero(np.diff(face_label[order])) + 1) if len(order) else []:
        cells[face_label[part[0]]] = shapely.union_all(faces[part]) if len(part) > 1 else faces[part[0]]
    return np.asarray(shapely.normalize(cells))


def voronoi_edges(xy: FloatArray, outline: BaseGeometry, plane: Plane) -> tuple[IntArray, GeometryArray]:
    """Return the pairs of points whose cells touch and the straight edge between them, cut to the outline's box.

    Returns
    -------
    Pairs of shape (edges, 2) and lines in metres of shape (edges,); an edge outside the box is empty.
    """
    flat = plane.flatten(np.array([outline], dtype=object))[0]
    bounds = np.array(shapely.bounds(flat))
    low, high = np.minimum(bounds[:2], xy.min(axis=0)), np.maximum(bounds[2:], xy.max(axis=0))
    diagonal = max(float(np.hypot(*(high - low))), 1.0)
    turn = np.arange(16) * np.pi / 8 + 0.1
    far = (low + high) / 2 + FAR_FACTOR * diagonal * np.column_stack([np.cos(turn), np.sin(turn)])
    diagram = Voronoi(np.vstack([xy, far]))
    pairs = np.asarray(diagram.ridge_points, dtype=np.int64)
    ends = np.asarray(diagram.ridge_vertices, dtype=np.int64)
    real = (pairs < len(xy)).all(axis=1) & (ends >= 0).all(axis=1)
    pairs, ends = np.sort(pairs[real], axis=1), ends[real]
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    pairs, ends = pairs[order], ends[order]
    if not len(pairs):
        return pairs, np.empty(0, dtype=object)
    margin = 0.01 * diagonal + 100.0
    edges = shapely.linestrings(diagram.vertices[ends])
    box = (low[0] - margin, low[1] - margin, high[0] + margin, high[1] + margin)
    return pairs, np.asarray(shapely.clip_by_rect(edges, *box))


def border_lengths(xy: FloatArray, outline: BaseGeometry, plane: Plane) -> tuple[IntArray, FloatArray]:
    """Return the pairs of points whose cells touch inside the outline, and the length of their border in metres.

    Returns
    -------
    Pairs of shape (borders, 2), first index below second, and lengths of shape (borders,).
    """
    pairs, edges = voronoi_edges(xy, outline, plane)
    flat = plane.flatten(np.array([outline], dtype=object))[0]
    shapely.prepare(flat)
    length = shapely.length(edges)
    crossing = np.flatnonzero(~shapely.contains(flat, edges) & (length > 0))
    length[crossing] = shapely.length(shapely.intersection(shapely.make_valid(flat), edges[crossing]))
    return pairs[length > 0], length[length > 0]
