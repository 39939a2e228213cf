"""A firm in Andorra: tours on real roads, drawn along them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.spatial import cKDTree

import run_scenario
from scenarios.roads.engines import Dijkstra
from scenarios.roads.network import RoadNetwork
from scenarios.roads.openstreetmap import read_extract
from scenarios.travel import great_circle_km
from tests.builders import CELL_DEGREES, COLUMNS, ROWS, SOUTH, WEST, tiny_case

EXTRACT = Path(__file__).parents[3].parent / "shared" / "cases" / "roads" / "andorra_drive.osm.pbf"
ANDORRA = (1.44, 42.45, 1.73, 42.63)
"""West, south, east, north of the part that has roads."""


def placed(lon: float, lat: float) -> tuple[float, float]:
    """Move a place of the made-up firm to Andorra."""
    west, south, east, north = ANDORRA
    across, up = (lon - WEST) / (COLUMNS * CELL_DEGREES), (lat - SOUTH) / (ROWS * CELL_DEGREES)
    return west + across * (east - west), south + up * (north - south)


def moved(tree: object) -> object:
    """Move every position of a GeoJSON tree."""
    if isinstance(tree, list):
        return list(placed(*tree)) if tree and isinstance(tree[0], float) else [moved(branch) for branch in tree]
    return {key: moved(branch) for key, branch in tree.items()} if isinstance(tree, dict) else tree


def corners_near(network: RoadNetwork, spots: np.ndarray) -> list[int]:
    """Choose the nearest corner of each spot that no other has taken."""
    taken: list[int] = []
    for near in cKDTree(np.c_[network.lon, network.lat]).query(spots, k=len(spots))[1].tolist():
        taken.append(next(corner for corner in near if corner not in taken))
    return taken


@pytest.mark.slow
@pytest.mark.cases
@pytest.mark.skipif(not EXTRACT.exists(), reason="the real extract is not here")
def test_tours_are_driven_and_drawn_on_the_roads(tmp_path: Path):
    """Every line follows points of the network, and the report says where the roads are from."""
    pytest.importorskip("osmium")
    scenario = tiny_case(tmp_path)
    network = read_extract(EXTRACT)
    for name in ("accounts.csv", "reps.csv"):
        table = pd.read_csv(tmp_path / name, dtype={"account_id": str, "area_id": str})
        spots = np.array([placed(*place) for place in zip(table["lon"], table["lat"], strict=True)])
        corner = corners_near(network, spots)  # shops and homes stand beside a road, 30 m from a corner of their own
        beside = {"lon": network.lon[corner] + 3e-4, "lat": network.lat[corner] + 2e-4}
        table.assign(**beside).to_csv(tmp_path / name, index=False)
    areas = json.loads((tmp_path / "areas.geojson").read_text())
    (tmp_path / "areas.geojson").write_text(json.dumps(moved(areas)))
    sets = ["travel.method=graph", f"travel.graph={EXTRACT}", "solver.effort=quick"]
    words = [str(scenario), "--out", str(tmp_path / "out"), "--quiet", *(w for s in sets for w in ("--set", s))]
    assert run_scenario.main(words) == 0
    known = np.concatenate([np.c_[network.lon, network.lat], *(course for course in network.course if len(course))])
    tree = cKDTree(known)
    accounts = pd.read_csv(tmp_path / "accounts.csv")
    tours = json.loads((tmp_path / "out" / "tours.geojson").read_text())["features"]
    assert tours
    for tour in tours:
        line = np.array(tour["geometry"]["coordinates"])
        stops = len(tour["properties"]["account_ids"])
        off_road = tree.query(line)[0] > 2e-6
        assert off_road.sum() <= 2 * stops + 2  # the places themselves, once when arriving and once when leaving
        metres = 1000 * great_circle_km(line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1]).sum()
        assert metres / 1000 == pytest.approx(
            tour["properties"]["drive_km"], rel=0.05, abs=1.0
        )  # what is drawn is driven
    points = sum(len(tour["geometry"]["coordinates"]) for tour in tours)
    visits = pd.read_csv(tmp_path / "out" / "visits.csv")
    assert points > 20 * len(visits)
    assert (visits["drive_km"] > 0).mean() > 0.9
    lon, lat = accounts[["lon", "lat"]].to_numpy().T
    driven = Dijkstra(network).matrix(*[network.nearest(lon, lat)] * 2)[1]
    beeline = great_circle_km(lon[:, None], lat[:, None], lon, lat)
    assert np.median(driven[beeline > 2] / beeline[beeline > 2]) > 1.3  # mountains: far longer than straight lines
    assert "andorra_drive.osm.pbf" in (tmp_path / "out" / "report.html").read_text()
