"""Attributes of accounts and areas go from the tables into potential."""

import json

import numpy as np
import pandas as pd
import pytest

import run_scenario
from scenarios.loading import load_scenario
from scenarios.tables import read_tables
from tests.scenarios.faulty import YAML, swap, told

NAMED = [
    swap(YAML, "data:\n", "data:\n  account_attributes: [employees]\n"),
    swap(YAML, "    make: polygons\n", "    make: polygons\n    attributes: [population, firms]\n"),
]


def add_columns(folder) -> None:
    """Employees of accounts, population and firms of areas."""
    accounts = pd.read_csv(folder / "accounts.csv", dtype=str)
    accounts.assign(employees=np.arange(len(accounts)) % 7 + 1).to_csv(folder / "accounts.csv", index=False)
    areas = json.loads((folder / "areas.geojson").read_text(encoding="utf-8"))
    for number, feature in enumerate(areas["features"]):
        feature["properties"] |= {"population": 1000 * (number + 1), "firms": 12 - number}
    (folder / "areas.geojson").write_text(json.dumps(areas), encoding="utf-8")


def test_named_columns_are_read_as_numbers(here) -> None:
    """Beside the others."""
    add_columns(here)
    for edit in NAMED:
        edit(here)
    tables = read_tables(load_scenario(here / YAML))
    assert tables.accounts["employees"].max() == 7
    assert tables.areas is not None
    assert tables.areas["firms"].tolist() == [float(12 - number) for number in range(12)]


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (NAMED[:1], 'data.accounts.columns: accounts.csv has no column "employees"'),
        (NAMED[1:], 'areas.geojson has no column "firms"'),
        (
            [swap(YAML, "data:\n", "data:\n  account_attributes: [visits]\n")],
            'data.account_attributes[1]: "visits" means something else; expected a column of numbers of its own',
        ),
        (
            [swap(YAML, "    make: polygons\n", "    make: polygons\n    attributes: [population, population]\n")],
            'data.areas.attributes[2]: "population" is written twice',
        ),
    ],
)
def test_what_cannot_be_an_attribute_is_told(here, edits, expected) -> None:
    """One message that names key and column."""
    for edit in edits:
        edit(here)
    assert any(expected in line for line in told())


def test_a_run_writes_what_areas_could_sell(here) -> None:
    """With one attribute the 12 areas are enough to learn from only for the constant's sake: they are told as few."""
    add_columns(here)
    for edit in NAMED:
        edit(here)
    words = [YAML, "--out", "out", "--quiet", "--only", "forecast"]
    assert run_scenario.main(words) == 0
    notes = json.loads((here / "out" / "stages" / "forecast.json").read_text(encoding="utf-8"))["notes"]
    assert notes[-1] == "12 areas with sales are too few to learn from population, firms; accounts' likes alone count."
    assert not (here / "out" / "area_potential.csv").exists()


def test_with_enough_areas_the_three_numbers_stand_apart(here, monkeypatch) -> None:
    """In the file of areas and in that of accounts, and they agree."""
    monkeypatch.setattr("forecasting.area_potential.FEWEST_AREAS", 4)
    add_columns(here)
    for edit in NAMED:
        edit(here)
    assert run_scenario.main([YAML, "--out", "out", "--quiet", "--only", "forecast"]) == 0
    areas = pd.read_csv(here / "out" / "area_potential.csv", dtype={"area_id": str})
    accounts = pd.read_csv(here / "out" / "potential.csv", dtype={"area_id": str})
    assert len(areas) == 12
    sums = accounts.groupby("area_id")[["baseline", "headroom", "potential", "low", "high"]].sum()
    for name in sums:
        np.testing.assert_allclose(areas.set_index("area_id")[name], sums[name], atol=0.05)
    np.testing.assert_allclose(accounts["potential"], accounts["baseline"] + 0.3 * accounts["headroom"], atol=0.011)
