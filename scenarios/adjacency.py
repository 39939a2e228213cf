"""Tell which areas are neighbours, and bridge what is cut off."""

from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from scipy.spatial import Delaunay

from scenarios.planes import FloatArray, GeometryArray, plane_around

IntArray = NDArray[np.int64]

LEAST_BORDER_M: Final = 1.0
"""Areas that share a longer border are neighbours; a common corner is not enough."""
GAP_M: Final = 1.0
"""Borders that run side by side no farther apart are taken as shared, for coverages that were rounded carelessly."""
LEAST_SLOPPY_BORDER_M: Final = 20.0
"""How long such borders must run side by side."""
VERTEX_DEGREES: Final = 1e-7
"""Vertices that agree to this are one."""


def neighbours(areas: gpd.GeoDataFrame) -> IntArray:
    """Return the pairs of areas that share a border.

    Borders with equal vertices are found by sorting edges; pairs that touch otherwise (vertices on one side only, gaps
    of up to GAP_M) are measured one by one.

    Parameters
    ----------
    areas
        Polygons in EPSG:4326.

    Returns
    -------
    Row numbers, first below second, sorted, each pair once. Shape (edges, 2).
    """
    shapes = np.asarray(areas.geometry.values)
    plane = plane_around(*_middles(shapes).T)
    flat = plane.flatten(shapes)
    shared = _shared_edges(shapes, flat)
    tree = shapely.STRtree(flat)
    left, right = tree.query(flat, predicate="dwithin", distance=GAP_M)
    close = np.column_stack([left, right])[left < right].astype(np.int64)
    known = np.isin(_key(close, len(shapes)), _key(shared, len(shapes)))
    close = close[~known]
    close = close[_sloppy_border_m(flat[close[:, 0]], flat[close[:, 1]]) > LEAST_SLOPPY_BORDER_M]
    return _sorted_pairs(np.vstack([shared, close]))


def bridge_islands(
    areas: gpd.GeoDataFrame, edges: IntArray, groups: IntArray | None = None
) -> tuple[IntArray, IntArray]:
    """Connect what is cut off by the shortest links, first inside each group, then overall.

    The links are those of a minimum spanning tree over the connected pieces; candidates are the Delaunay triangulation
    of the areas' middles and, for each area outside the largest piece, the nearest area of the largest piece.

    Parameters
    ----------
    areas
        Polygons in EPSG:4326.
    edges
        Neighbours. Shape (edges, 2).
    groups
        Label of each area, such as a number for its region; None for one group. Shape (areas,).

    Returns
    -------
    All edges including the bridges, and the bridges alone; both sorted. Shapes (edges + bridges, 2) and (bridges, 2).
    """
    shapes = np.asarray(areas.geometry.values)
    labels = np.zeros(len(shapes), dtype=np.int64) if groups is None else np.asarray(groups)
    plane = plane_around(*_middles(shapes).T)
    flat = plane.flatten(shapes)
    bridges = np.empty((0, 2), dtype=np.int64)
    for label in [*np.unique(labels), None]:
        members = np.arange(len(shapes)) if label is None else np.flatnonzero(labels == label)
        local = np.full(len(shapes), -1, dtype=np.int64)
        local[members] = np.arange(len(members))
        inside = local[np.vstack([edges, bridges])]
        inside = inside[(inside >= 0).all(axis=1)]
        bridges = np.vstack([bridges, members[_links(flat[members], inside)]])
    bridges = _sorted_pairs(bridges)
    return _sorted_pairs(np.vstack([edges, bridges])), bridges


def _links(flat: GeometryArray, edges: IntArray) -> IntArray:
    """Return the shortest links that make `edges` connected. Shape (pieces - 1, 2)."""
    size = len(flat)
    graph = coo_matrix((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(size, size))
    count, piece = connected_components(graph, directed=False)
    if count == 1 or size == 0:
        return np.empty((0, 2), dtype=np.int64)
    largest = int(np.argmax(np.bincount(piece)))
    main, others = np.flatnonzero(piece == largest), np.flatnonzero(piece != largest)
    which, found = shapely.STRtree(flat[main]).query_nearest(flat[others], all_matches=False)
    pairs = np.vstack([_triangulation(_middles(flat)), np.column_stack([others[which], main[found]])])
    pairs = _sorted_pairs(pairs[piece[pairs[:, 0]] != piece[pairs[:, 1]]])
    length = shapely.distance(flat[pairs[:, 0]], flat[pairs[:, 1]])
    order = np.lexsort((pairs[:, 1], pairs[:, 0], np.round(length, 1)))
    pairs = pairs[order]
    ends = np.sort(piece[pairs], axis=1)
    _, first = np.unique(ends[:, 0] * count + ends[:, 1], return_index=True)
    rank = coo_matrix((first + 1.0, (ends[first, 0], ends[first, 1])), shape=(count, count))
    chosen = np.sort(minimum_spanning_tree(rank.tocsr()).data).astype(np.int64) - 1
    return np.asarray(pairs[chosen])


def _triangulation(points: FloatArray) -> IntArray:
    """Return the pairs of a Delaunay triangulation; a chain along the longer side where points lie on a line."""
    spread = np.linalg.matrix_rank(points - points.mean(axis=0), tol=1.0)
    if len(points) < 4 or spread < 2:
        order = np.lexsort((points[:, 1], points[:, 0]))
        return np.column_stack([order[:-1], order[1:]])
    mesh = Delaunay(points)
    corners, doubles = mesh.simplices.astype(np.int64), mesh.coplanar.astype(np.int64)
    return np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]], doubles[:, [0, 2]]])


def _shared_edges(shapes: GeometryArray, flat: GeometryArray) -> IntArray:
    """Return pairs of areas that have straight pieces of border in common, of more than LEAST_BORDER_M in all."""
    rings, ring_owner = shapely.get_rings(shapes, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    metres = shapely.get_coordinates(shapely.get_rings(flat))
    vertex = np.round(coordinates / VERTEX_DEGREES).astype(np.int64)
    along = ring[:-1] == ring[1:]
    owner = ring_owner[ring[:-1][along]]
    length = np.hypot(*(metres[1:] - metres[:-1])[along].T)
    start, end = vertex[:-1][along], vertex[1:][along]
    swap = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    start[swap], end[swap] = end[swap].copy(), start[swap].copy()
    order = np.lexsort((owner, end[:, 1], end[:, 0], start[:, 1], start[:, 0]))
    edge, owner, length = np.hstack([start, end])[order], owner[order], length[order]
    same = (edge[1:] == edge[:-1]).all(axis=1) & (owner[1:] != owner[:-1])
    pairs = np.sort(np.column_stack([owner[:-1][same], owner[1:][same]]), axis=1).astype(np.int64)
    unique, where = np.unique(pairs, axis=0, return_inverse=True)
    shared_m = np.bincount(where.reshape(-1), length[:-1][same], len(unique))
    return unique[shared_m > LEAST_BORDER_M].reshape(-1, 2)


def _sloppy_border_m(left: GeometryArray, right: GeometryArray) -> FloatArray:
    """Return how far the border of `left` runs within GAP_M of `right`, in metres. Shape (pairs,)."""
    near = shapely.intersection(shapely.boundary(left), shapely.buffer(right, GAP_M, quad_segs=1))
    return np.asarray(shapely.length(near))


def _middles(shapes: GeometryArray) -> FloatArray:
    """Return the middle of each shape's box. Shape (areas, 2)."""
    boxes = shapely.bounds(shapes)
    return np.asarray((boxes[:, :2] + boxes[:, 2:]) / 2)


def _key(pairs: IntArray, size: int) -> IntArray:
    """Return one number per pair."""
    return pairs[:, 0] * size + pairs[:, 1]


def _sorted_pairs(pairs: IntArray) -> IntArray:
    """Return pairs with the first below the second, sorted, each once."""
    return np.unique(np.sort(pairs.astype(np.int64), axis=1), axis=0).reshape(-1, 2)
