"""Gather accounts by town, telling apart towns that share a name."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from scenarios.planes import FloatArray, Plane

IntArray = NDArray[np.int64]

SAME_TOWN_M: Final = 40_000.0
"""Towns of one name in different districts are one town when their middles are nearer than this."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Towns:
    """The towns of the accounts, sorted by name and district."""

    town_of_account: IntArray
    """Index into the towns. Shape (accounts,)."""
    names: tuple[str, ...]
    districts: tuple[str, ...]
    """Most common district of the town's accounts."""


def gather_towns(accounts: pd.DataFrame, plane: Plane) -> Towns:
    """Give every account its town; one without takes the town whose middle is nearest.

    Where no account has a town, districts stand in for towns, else each position is a town of its own.

    Parameters
    ----------
    accounts
        Columns name, lon, lat, town, district, sorted by account_id.
    plane
        Plane to measure in.
    """
    xy = plane.xy(accounts["lon"].to_numpy(float), accounts["lat"].to_numpy(float))
    shown = accounts["town"].astype(object)
    if not (shown != "").any():
        shown = accounts["district"].astype(object)
    if not (shown != "").any():
        place = pd.Series([f"{x:.1f},{y:.1f}" for x, y in xy])
        shown = accounts["name"].astype(object).reset_index(drop=True).groupby(place).transform("first")
    shown = pd.Series(shown.to_numpy())
    key = shown.str.casefold().str.split().str.join(" ")
    frame = pd.DataFrame(
        {"key": key, "district": accounts["district"].to_numpy(), "shown": shown, "x": xy[:, 0], "y": xy[:, 1]}
    )
    named = frame[frame["key"] != ""]
    groups = named.groupby(["key", "district"], sort=True)[["x", "y"]].median().reset_index()
    groups["town"] = _link_groups(groups)
    town = named.merge(groups[["key", "district", "town"]], on=["key", "district"], how="left")["town"].to_numpy()
    town_of = np.full(len(frame), -1, dtype=np.int64)
    town_of[named.index.to_numpy()] = town
    lost = np.flatnonzero(town_of < 0)
    if len(lost):
        middles = named.assign(town=town).groupby("town", sort=True)[["x", "y"]].median()
        _, nearest = cKDTree(middles.to_numpy()).query(xy[lost])
        town_of[lost] = middles.index.to_numpy()[nearest]
    count = int(groups["town"].max()) + 1
    spelled = most_common(named["shown"], town, count)
    return Towns(
        town_of_account=town_of,
        names=tuple(name.title() if name.isupper() else name for name in spelled),
        districts=tuple(most_common(named["district"], town, count)),
    )


def most_common(values: pd.Series, groups: IntArray, n_groups: int) -> list[str]:
    """Return the most common text of each group, empty ones apart; of equals the first by alphabet, "" for none."""
    counts = pd.DataFrame({"group": groups, "value": values.to_numpy()})
    counts = counts[counts["value"] != ""].value_counts(sort=False).reset_index(name="n")
    best = counts.sort_values(["group", "n", "value"], ascending=[True, False, True]).drop_duplicates("group")
    return best.set_index("group")["value"].reindex(range(n_groups)).fillna("").astype(object).tolist()


def _link_groups(groups: pd.DataFrame) -> IntArray:
    """Give each town a number: groups of one name that are linked by middles nearer than SAME_TOWN_M are one town."""
    xy: FloatArray = groups[["x", "y"]].to_numpy(float)
    pairs = cKDTree(xy).query_pairs(SAME_TOWN_M, output_type="ndarray")
    names = groups["key"].to_numpy()
    pairs = pairs[names[pairs[:, 0]] == names[pairs[:, 1]]]
    size = len(groups)
    graph = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    first_seen = pd.factorize(label)[0]
    return np.asarray(first_seen, dtype=np.int64)
