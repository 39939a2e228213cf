"""Make areas: cells around towns or around the accounts' own positions."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from scenarios.planes import Plane, plane_around
from scenarios.splitting import compass_names, numbered, split_positions
from scenarios.towns import Towns, gather_towns, most_common
from scenarios.voronoi import border_lengths, dissolve_voronoi

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MARGIN_SHARE: Final = 0.05
"""Without an outline, cells reach this share of the map's diagonal beyond the outermost points."""
LEAST_MARGIN_M: Final = 2_000.0
AREA_COLUMNS: Final = ("area_id", "name", "district", "region", "population", "lon", "lat", "geometry")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AccountCells:
    """Areas made from accounts, and which account lies in which."""

    areas: gpd.GeoDataFrame
    """Columns AREA_COLUMNS, sorted by area_id."""
    area_of_account: pd.Series
    """area_id by account_id."""
    big_sites: pd.DataFrame
    """Positions that alone exceed the largest share: columns area_id, account_id (the biggest there), accounts, share
    (of an average territory)."""
    moved_accounts: tuple[str, ...]
    """Accounts that lie apart from their town and went to the cell around them."""


def make_cells(points: pd.DataFrame, outline: BaseGeometry | None) -> gpd.GeoDataFrame:
    """Make one cell per point: the places nearer to it than to any other point (Voronoi), clipped to the outline.

    Parameters
    ----------
    points
        Columns area_id, lon, lat (degrees); other columns are kept.
    outline
        (Multi)Polygon in EPSG:4326, or None for a margin around the points.

    Returns
    -------
    The points' rows with `geometry` (EPSG:4326, 6 decimals; a coverage: shared borders identical, no overlaps), sorted
    by area_id. Of points at one place only the first by area_id has a cell, a point far outside the outline none.
    """
    rows = points.sort_values("area_id", kind="stable", ignore_index=True)
    lon, lat = rows["lon"].to_numpy(float), rows["lat"].to_numpy(float)
    first = ~rows.assign(x=lon.round(6), y=lat.round(6)).duplicated(["x", "y"]).to_numpy()
    rows = rows[first].reset_index(drop=True)
    plane = plane_around(lon, lat)
    xy = plane.xy(rows["lon"].to_numpy(float), rows["lat"].to_numpy(float))
    shape = outline if outline is not None else margin_around(xy, plane)
    cells = dissolve_voronoi(xy, np.arange(len(rows)), len(rows), shape, plane)
    made = gpd.GeoDataFrame(rows, geometry=cells, crs="EPSG:4326")
    return made[~shapely.is_empty(cells)].reset_index(drop=True)


def cells_from_accounts(
    accounts: pd.DataFrame,
    sales_by_account: pd.Series,
    outline: BaseGeometry | None,
    *,
    n_reps: int,
    largest_share: float,
) -> AccountCells:
    """Gather accounts by town into cells; a town too big for one area is split, a single site never.

    The cells are the Voronoi cells of all distinct account positions, dissolved by town, so that every account lies in
    its own area. Positions that lie apart from the rest of their town go to the cell they border on most.

    Parameters
    ----------
    accounts
        Columns account_id, name, lon, lat, town, district, region; all positions known.
    sales_by_account
        Sales by account_id; missing accounts count as 0.
    outline
        (Multi)Polygon in EPSG:4326, or None for a margin around the accounts. Accounts outside take the nearest cell.
    n_reps
        Number of territories, for the size of an average one.
    largest_share
        Greatest share of an average territory's sales or accounts in one area.
    """
    rows = accounts.sort_values("account_id", kind="stable", ignore_index=True)
    degrees = rows[["lon", "lat"]].to_numpy(float).round(6)
    plane = plane_around(degrees[:, 0], degrees[:, 1])
    sites, site_of = _distinct(degrees)
    xy = plane.xy(sites[:, 0], sites[:, 1])
    shape = outline if outline is not None else margin_around(xy, plane)
    site_share = _site_shares(rows, sales_by_account, site_of, len(sites), n_reps)
    weight = site_share.max(axis=1)

    towns = gather_towns(rows, plane)
    town_of_site = _majority(site_of, towns.town_of_account, weight[site_of], len(sites))
    seeds = np.flatnonzero(shapely.contains_xy(shape, sites))
    if not len(seeds):
        seeds = np.arange(len(sites))
    borders = border_lengths(xy[seeds], shape, plane)
    town = _join_stray_sites(town_of_site[seeds], weight[seeds], borders)
    part = _split_towns(town, xy[seeds], site_share[seeds], largest_share)
    part = _join_stray_sites(part, weight[seeds], borders)
    part_town = np.zeros(part.max() + 1, dtype=np.int64)
    part_town[part] = town
    kept, part = np.unique(part, return_inverse=True)
    part_town = part_town[kept]

    cells = dissolve_voronoi(xy[seeds], part, len(kept), shape, plane)
    ids, names = _name_parts(part_town, part, xy[seeds], weight[seeds], towns)
    middle = sites[seeds][_middle_site(part, xy[seeds])]
    _, nearest_seed = cKDTree(xy[seeds]).query(xy)
    part_of_account = part[nearest_seed][site_of]
    areas = gpd.GeoDataFrame(
        {
            "area_id": ids,
            "name": names,
            "district": most_common(rows["district"], part_of_account, len(ids)),
            "region": most_common(rows["region"], part_of_account, len(ids)),
            "population": np.nan,
            "lon": middle[:, 0],
            "lat": middle[:, 1],
        },
        geometry=cells,
        crs="EPSG:4326",
    )
    area_of_account = np.array(ids, dtype=object)[part_of_account]
    moved = (towns.town_of_account != part_town[part_of_account]) & (rows["town"] != "").to_numpy()
    return AccountCells(
        areas=areas.sort_values("area_id", kind="stable", ignore_index=True),
        area_of_account=pd.Series(area_of_account, index=rows["account_id"].to_numpy(dtype=object)),
        big_sites=_big_sites(
            rows, sales_by_account, site_of, site_share, area_of_account=area_of_account, largest_share=largest_share
        ),
        moved_accounts=tuple(str(name) for name in rows["account_id"][moved]),
    )


def margin_around(xy: FloatArray, plane: Plane) -> BaseGeometry:
    """Return the rounded convex hull of points with a margin, in degrees."""
    diagonal = float(np.hypot(*np.ptp(xy, axis=0)))
    hull = shapely.buffer(shapely.convex_hull(shapely.multipoints(xy)), max(LEAST_MARGIN_M, MARGIN_SHARE * diagonal))
    return shapely.transform(hull, lambda c: plane.lon_lat(c).round(6))


def _distinct(degrees: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return the distinct positions, sorted, and the index of each row's."""
    sites, site_of = np.unique(degrees, axis=0, return_inverse=True)
    return sites, np.asarray(site_of, dtype=np.int64).reshape(-1)


def _site_shares(rows: pd.DataFrame, sales: pd.Series, site_of: IntArray, n_sites: int, n_reps: int) -> FloatArray:
    """Return each site's sales and accounts as shares of an average territory's. Shape (sites, 2)."""
    sold = rows["account_id"].map(sales).fillna(0.0).to_numpy(float).clip(0.0)
    total = sold.sum()
    by_sales = np.bincount(site_of, sold, n_sites) * (n_reps / total if total > 0 else 0.0)
    return np.column_stack([by_sales, np.bincount(site_of, minlength=n_sites) * n_reps / len(rows)])


def _majority(group: IntArray, label: IntArray, weight: FloatArray, n_groups: int) -> IntArray:
    """Return the label with the greatest weight in each group, the lowest of equals."""
    frame = pd.DataFrame({"group": group, "label": label, "weight": weight})
    sums = frame.groupby(["group", "label"], sort=True)["weight"].sum().round(9).reset_index()
    best = sums.sort_values(["group", "weight", "label"], ascending=[True, False, True]).drop_duplicates("group")
    return best.set_index("group")["label"].reindex(range(n_groups), fill_value=-1).to_numpy(np.int64)


def _split_towns(town: IntArray, xy: FloatArray, site_share: FloatArray, largest_share: float) -> IntArray:
    """Give each part of a town a number; a town above the largest share by sales or by accounts is split."""
    part = np.full(len(town), -1, dtype=np.int64)
    weight = site_share.max(axis=1)
    order = np.argsort(town, kind="stable")
    done = 0
    for members in np.split(order, np.flatnonzero(np.diff(town[order])) + 1):
        if site_share[members].sum(axis=0).max() <= largest_share:
            part[members] = done
        else:
            part[members] = done + split_positions(xy[members], weight[members], limit=largest_share)
        done = int(part[members].max()) + 1
    return part


def _join_stray_sites(label: IntArray, weight: FloatArray, borders: tuple[IntArray, FloatArray]) -> IntArray:
    """Keep the heaviest connected piece of each label and give other pieces to the label they border on longest.

    A piece without any neighbour (such as an island) keeps its label.
    """
    pairs, length = borders
    label = label.copy()
    for _ in range(10):
        same = label[pairs[:, 0]] == label[pairs[:, 1]]
        graph = coo_matrix((np.ones(same.sum()), tuple(pairs[same].T)), shape=(len(label), len(label)))
        count, piece = connected_components(graph, directed=False)
        pieces = (
            pd.DataFrame({"label": label, "weight": weight}).groupby(piece).agg({"label": "first", "weight": "sum"})
        )
        ranked = pieces.round({"weight": 9}).sort_values(["label", "weight"], ascending=[True, False], kind="stable")
        main = np.zeros(count, dtype=bool)
        main[ranked.drop_duplicates("label").index.to_numpy()] = True
        both = np.vstack([pairs, pairs[:, ::-1]])
        outward = ~main[piece[both[:, 0]]] & main[piece[both[:, 1]]] & (label[both[:, 0]] != label[both[:, 1]])
        if not outward.any():
            return label
        target = _majority(piece[both[outward, 0]], label[both[outward, 1]], np.tile(length, 2)[outward], count)
        label = np.where(target[piece] >= 0, target[piece], label)
    return label


def _middle_site(part: IntArray, xy: FloatArray) -> IntArray:
    """Return the site nearest to the median of each part's sites. Shape (parts,)."""
    frame = pd.DataFrame({"part": part, "x": xy[:, 0], "y": xy[:, 1]})
    middle = frame.groupby("part")[["x", "y"]].transform("median").to_numpy()
    frame["away"] = np.hypot(*(xy - middle).T).round(3)
    first = frame.sort_values(["part", "away"], kind="stable").drop_duplicates("part")
    return first.index.to_numpy(np.int64)


def _name_parts(
    part_town: IntArray, part: IntArray, xy: FloatArray, weight: FloatArray, towns: Towns
) -> tuple[list[str], list[str]]:
    """Return area ids and names: `polk-des-moines-east` and `Des Moines (east)`."""
    frame = pd.DataFrame({"part": part, "x": xy[:, 0], "y": xy[:, 1], "weight": weight})
    middles = frame.groupby("part", sort=True)[["x", "y"]].median().to_numpy()
    names = [towns.names[town] for town in part_town]
    slugs = [slug(f"{towns.districts[town]} {towns.names[town]}") for town in part_town]
    for town in np.flatnonzero(np.bincount(part_town) > 1):
        members = np.flatnonzero(part_town == town)
        directions = compass_names(middles[members], middles[members].mean(axis=0))
        for member, direction in zip(members, directions, strict=True):
            names[member] = f"{names[member]} ({direction})"
            slugs[member] = f"{slugs[member]}-{slug(direction)}"
    return [name.replace(" ", "-") for name in numbered(slugs)], names


def slug(text: str) -> str:
    """Return text as lower-case ASCII letters and digits with single hyphens; `area` when nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.casefold()).strip("-") or "area"


def _big_sites(
    rows: pd.DataFrame,
    sales: pd.Series,
    site_of: IntArray,
    site_share: FloatArray,
    *,
    area_of_account: NDArray[np.object_],
    largest_share: float,
) -> pd.DataFrame:
    """List the sites that alone exceed the largest share, with their biggest account."""
    share = site_share.max(axis=1)[site_of]
    frame = pd.DataFrame(
        {
            "area_id": area_of_account,
            "account_id": rows["account_id"].to_numpy(),
            "site": site_of,
            "accounts": np.bincount(site_of)[site_of],
            "share": share,
            "sales": rows["account_id"].map(sales).fillna(0.0).to_numpy(float),
        }
    )
    frame = frame[share > largest_share].sort_values(["site", "sales"], ascending=[True, False], kind="stable")
    frame = frame.drop_duplicates("site").sort_values(["share", "account_id"], ascending=[False, True])
    return pd.DataFrame(frame[["area_id", "account_id", "accounts", "share"]]).reset_index(drop=True)
