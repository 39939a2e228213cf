"""Areas made around towns and accounts cover the map once, and every account lies in its own."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.cells import cells_from_accounts, make_cells, slug
from tests.scenarios.firms import OUTLINE, accounts_of

HOLED = shapely.difference(shapely.box(2.0, 46.0, 3.0, 46.6), shapely.box(2.4, 46.3, 2.6, 46.4))
PLACES = st.lists(
    st.tuples(st.integers(1, 998), st.integers(1, 598), st.integers(0, 4)),
    min_size=1,
    max_size=40,
    unique_by=lambda p: p[:2],
)


def placed(points: list[tuple[int, int, int]]) -> pd.DataFrame:
    """Return accounts at thousandths of a degree, in up to five towns."""
    return pd.DataFrame(
        {
            "account_id": [f"K{n:03d}" for n in range(len(points))],
            "name": [f"Shop {n}" for n in range(len(points))],
            "lon": [2.0 + x / 1000 for x, _, _ in points],
            "lat": [46.0 + y / 1000 for _, y, _ in points],
            "town": [f"Town {t}" if t else "" for _, _, t in points],
            "district": "01",
            "region": "North",
        }
    )


def assert_partition(shapes: np.ndarray, outline: shapely.Geometry) -> None:
    """Assert that shapes are a valid coverage of the outline: no overlap, nothing left out."""
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.area(shapes).sum() == pytest.approx(shapely.area(outline), rel=1e-4)
    assert shapely.area(shapely.symmetric_difference(shapely.union_all(shapes), outline)) < 1e-4


@settings(max_examples=25, deadline=None)
@given(points=PLACES, holed=st.booleans())
def test_cells_of_accounts_are_a_partition_and_hold_their_accounts(
    points: list[tuple[int, int, int]], holed: bool
) -> None:
    """Whatever the positions, cells cover the outline once and each account on the map lies in its own cell."""
    accounts = placed(points)
    outline = HOLED if holed else OUTLINE
    sales = pd.Series(np.arange(1.0, len(accounts) + 1), index=accounts["account_id"])
    made = cells_from_accounts(accounts, sales, outline, n_reps=2, largest_share=0.3)
    on_map = shapely.contains_xy(outline, accounts[["lon", "lat"]].to_numpy())
    if not on_map.any():
        return
    assert_partition(np.asarray(made.areas.geometry.values), outline)
    shapes = made.areas.set_index("area_id").geometry
    own = shapes.loc[made.area_of_account.loc[accounts["account_id"]]].to_numpy()
    distance = shapely.distance(own, shapely.points(accounts["lon"], accounts["lat"]))
    assert (distance[on_map] < 2e-6).all()


@settings(max_examples=8, deadline=None)
@given(points=PLACES, seed=st.integers(0, 99))
def test_order_of_rows_does_not_matter(points: list[tuple[int, int, int]], seed: int) -> None:
    """Shuffled accounts give the same areas, byte for byte."""
    accounts = placed(points)
    sales = pd.Series(1.0, index=accounts["account_id"])
    straight = cells_from_accounts(accounts, sales, OUTLINE, n_reps=3, largest_share=0.3)
    shuffled = cells_from_accounts(
        accounts.sample(frac=1, random_state=seed), sales, OUTLINE, n_reps=3, largest_share=0.3
    )
    assert straight.areas.to_json() == shuffled.areas.to_json()
    assert straight.area_of_account.equals(shuffled.area_of_account)


def test_cells_around_towns_are_a_partition_and_keep_columns() -> None:
    """Each town has the ground nearest to it; its other columns stay."""
    rng = np.random.default_rng(3)
    towns = pd.DataFrame(
        {
            "area_id": [f"{n:03d}" for n in range(200)],
            "lon": rng.uniform(2, 3, 200),
            "lat": rng.uniform(46, 46.6, 200),
            "x": 1,
        }
    )
    cells = make_cells(towns, HOLED)
    assert_partition(np.asarray(cells.geometry.values), HOLED)
    assert cells["area_id"].tolist() == sorted(cells["area_id"])
    assert (cells["x"] == 1).all()


def test_towns_at_one_place_give_one_cell() -> None:
    """The first by area_id has the ground."""
    towns = pd.DataFrame({"area_id": ["b", "a", "c"], "lon": [2.5, 2.5, 2.8], "lat": [46.3, 46.3, 46.3]})
    assert make_cells(towns, OUTLINE)["area_id"].tolist() == ["a", "c"]


def test_one_town_without_outline_gets_a_margin() -> None:
    """Without an outline the cell reaches some kilometres beyond the point."""
    towns = pd.DataFrame({"area_id": ["a"], "lon": [2.5], "lat": [46.3]})
    cell = make_cells(towns, None).geometry.iloc[0]
    assert cell.contains(shapely.Point(2.51, 46.3))
    assert not cell.contains(shapely.Point(2.6, 46.3))


def test_area_names_and_ids_come_from_town_and_district() -> None:
    """An undivided town keeps its name; the id is readable."""
    accounts = accounts_of()
    made = cells_from_accounts(accounts, pd.Series(dtype=float), OUTLINE, n_reps=1, largest_share=1.0)
    assert made.areas["area_id"].tolist() == ["01-aville", "01-bville", "02-cville", "02-dville"]
    assert made.areas["name"].tolist() == ["Aville", "Bville", "Cville", "Dville"]
    assert made.areas["region"].tolist() == ["North", "North", "South", "South"]


def test_big_town_is_split_below_the_largest_share() -> None:
    """No part of a town with many sites keeps more than the largest share of sales or accounts."""
    accounts = accounts_of()
    sales = pd.Series(np.where(accounts["town"] == "Aville", 50.0, 1.0), index=accounts["account_id"])
    made = cells_from_accounts(accounts, sales, OUTLINE, n_reps=2, largest_share=0.5)
    parts = made.areas[made.areas["name"].str.startswith("Aville")]
    assert len(parts) >= 4
    assert all("(" in name for name in parts["name"])
    share = sales.groupby(made.area_of_account).sum() * 2 / sales.sum()
    assert share.max() <= 0.5
    assert len(made.big_sites) == 0


def test_single_big_site_stays_whole_and_is_told() -> None:
    """A shop too big for an area has one area and is listed with its share of a territory."""
    accounts = accounts_of()
    sales = pd.Series(1.0, index=accounts["account_id"])
    sales["A03"] = 200.0
    made = cells_from_accounts(accounts, sales, OUTLINE, n_reps=2, largest_share=0.5)
    assert made.big_sites["account_id"].tolist() == ["A03"]
    assert made.big_sites["share"].iloc[0] == pytest.approx(200 * 2 / sales.sum())


def test_towns_of_one_name_far_apart_are_two_areas() -> None:
    """Springfield in district 01 is not Springfield in district 02, 70 km away."""
    points = [(10, 10, 1), (20, 20, 1), (980, 580, 1), (970, 570, 1)]
    accounts = placed(points).assign(town="Springfield", district=["01", "01", "02", "02"])
    made = cells_from_accounts(accounts, pd.Series(dtype=float), OUTLINE, n_reps=1, largest_share=1.0)
    assert made.areas["area_id"].tolist() == ["01-springfield", "02-springfield"]


def test_town_over_a_district_border_is_one_area() -> None:
    """A name in two districts less than 40 km apart is one town."""
    accounts = placed([(10, 10, 1), (20, 20, 1), (30, 10, 1)]).assign(town="Springfield", district=["01", "01", "02"])
    made = cells_from_accounts(accounts, pd.Series(dtype=float), OUTLINE, n_reps=1, largest_share=1.0)
    assert made.areas["area_id"].tolist() == ["01-springfield"]


def test_stray_account_joins_the_cell_around_it() -> None:
    """An account that names a town far away belongs to the area it lies in, and is told."""
    accounts = accounts_of()
    accounts.loc[accounts["account_id"] == "A00", ["lon", "lat"]] = [2.9, 46.1]
    made = cells_from_accounts(accounts, pd.Series(dtype=float), OUTLINE, n_reps=1, largest_share=1.0)
    assert made.area_of_account["A00"] == "02-cville"
    assert made.moved_accounts == ("A00",)


def test_account_outside_the_outline_takes_the_nearest_cell() -> None:
    """It has no ground of its own."""
    accounts = accounts_of()
    accounts.loc[accounts["account_id"] == "A00", ["lon", "lat", "town"]] = [1.99, 46.1, "Elsewhere"]
    made = cells_from_accounts(accounts, pd.Series(dtype=float), OUTLINE, n_reps=1, largest_share=1.0)
    assert made.area_of_account["A00"] == "01-aville"
    assert len(made.areas) == 4


@pytest.mark.parametrize(
    ("text", "expected"), [("Saint-Étienne", "saint-etienne"), ("  A & B ", "a-b"), ("東京", "area")]
)
def test_slug_is_plain_ascii(text: str, expected: str) -> None:
    """Ids hold lower-case letters, digits and single hyphens."""
    assert slug(text) == expected
