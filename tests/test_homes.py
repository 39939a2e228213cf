"""Homes chosen in a run, and teams of different size, on the tiny firm."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

import run_scenario
from tests.builders import PLAN_ONLY, tiny_case
from tests.outcome import digests


def firm(folder: Path, *, without: tuple[str, ...] = (), **changes: list[object]) -> Path:
    """A tiny firm in which some reps have no position; `changes` replace columns of the reps table."""
    scenario = tiny_case(folder)
    reps = pd.read_csv(folder / "reps.csv").assign(**changes)
    reps.loc[reps["rep_id"].isin(without), ["lon", "lat"]] = None
    reps.to_csv(folder / "reps.csv", index=False)
    return scenario


def run(scenario: Path, out: Path, *words: str, sets: tuple[str, ...] = ()) -> int:
    """Run quietly with changed keys."""
    changed = [word for key in sets for word in ("--set", key)]
    return run_scenario.main([str(scenario), "--out", str(out), "--quiet", *words, *changed])


@pytest.fixture(scope="module")
def mixed(tmp_path_factory) -> tuple[Path, Path]:
    """The run of a firm in which only R2 has no home yet."""
    folder = tmp_path_factory.mktemp("mixed")
    scenario = firm(folder, without=("R2",))
    assert run(scenario, folder / "out", sets=("territories.homes=missing",)) == 0
    return scenario, folder / "out"


def test_a_missing_home_is_chosen_and_the_others_stay(mixed):
    """R2 moves into the middle of an area of the own region; everybody else lives where the table says."""
    scenario, out = mixed
    homes = pd.read_csv(out / "homes.csv", dtype={"area_id": str}).set_index("rep_id")
    given = pd.read_csv(scenario.parent / "reps.csv").set_index("rep_id")
    assert homes["chosen"].to_dict() == {"R1": "no", "R2": "yes", "R3": "no", "R4": "no"}
    stay = ["R1", "R3", "R4"]
    assert homes.loc[stay, ["lon", "lat"]].to_numpy().tolist() == given.loc[stay, ["lon", "lat"]].to_numpy().tolist()
    assert homes.loc["R2", "area_id"][1] in "01"  # the two western columns are region North
    assert homes.loc["R2", "area_id"] != homes.loc["R1", "area_id"]
    owner = pd.read_csv(out / "assignment.csv", dtype=str).set_index("area_id")["rep_id"]
    assert [owner[area] for area in homes["area_id"]] == list(homes.index)


def test_the_plan_around_a_chosen_home_keeps_every_rule(mixed):
    """Territories, tours and maps follow as usual, and the report says whose home was chosen."""
    _, out = mixed
    measures = json.loads((out / "measures.json").read_text())["territories"]
    assert measures["broken_rules"] == []
    assert "R2 in Area" in (out / "report.html").read_text()
    assert pd.read_csv(out / "visits.csv")["rep_id"].nunique() == 4


def test_one_stage_runs_on_saved_homes(mixed):
    """--only territories takes the chosen homes back; the same bytes come out."""
    scenario, out = mixed
    before = digests(out)
    assert "stages/homes.json" in before
    assert run(scenario, out, "--only", "tours", sets=("territories.homes=missing",)) == 0
    assert digests(out) == before


def test_other_candidates_make_the_saved_homes_useless(mixed, tmp_path, capsys):
    """Homes saved under other rules are not taken."""
    scenario, out = mixed
    shutil.copytree(out, tmp_path / "out")
    sets = ("territories.homes=missing", "territories.home_candidates=1")
    assert run(scenario, tmp_path / "out", "--only", "territories", sets=sets) == 2
    assert "no saved homes stage" in capsys.readouterr().err


@pytest.mark.slow
def test_all_homes_are_chosen_region_by_region_whatever_the_table_says(tmp_path):
    """Positions in the table do not matter; each region keeps its number of reps, and every home is another area."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    first = firm(here)
    second = firm(there, lon=[2.5, 2.1, 2.3, 2.2], lat=[47.1, 47.3, 47.2, 47.2])
    assert run(first, here / "out", sets=("territories.homes=all", *PLAN_ONLY)) == 0
    assert run(second, there / "out", sets=("territories.homes=all", *PLAN_ONLY)) == 0
    homes = pd.read_csv(here / "out" / "homes.csv", dtype=str)
    assert homes.equals(pd.read_csv(there / "out" / "homes.csv", dtype=str))
    assert (homes["chosen"] == "yes").all()
    assert homes["area_id"].is_unique
    assert ["North" if area[1] in "01" else "South" for area in homes["area_id"]] == [
        "North",
        "North",
        "South",
        "South",
    ]


def test_a_rep_without_home_and_region_gets_both(tmp_path):
    """Where reps serve any region, a rep belongs to the region in which the home is chosen."""
    scenario = firm(tmp_path, without=("R2",), region=["North", None, "South", "South"])
    sets = ("territories.homes=missing", "territories.within=none", *PLAN_ONLY)
    assert run(scenario, tmp_path / "out", sets=sets) == 0
    home = pd.read_csv(tmp_path / "out" / "homes.csv", dtype=str).set_index("rep_id").loc["R2"]
    found = json.loads((tmp_path / "out" / "territories.geojson").read_text())["features"]
    (region,) = {f["properties"]["region"] for f in found if f["properties"]["rep_id"] == "R2"}
    assert region == ("North" if home["area_id"][1] in "01" else "South")


def test_a_locked_area_draws_the_rep_who_has_the_lock(tmp_path):
    """Of two reps without home the one to whom an area is locked gets the home of its territory."""
    scenario = firm(tmp_path, without=("R1", "R2"))
    for rep in ("R1", "R2"):
        out = tmp_path / rep
        sets = ("territories.homes=missing", f"territories.locks=[{{area: '20', rep: {rep}}}]", *PLAN_ONLY)
        assert run(scenario, out, sets=sets) == 0
        homes = pd.read_csv(out / "homes.csv", dtype=str).set_index("rep_id")["area_id"]
        other = "R1" if rep == "R2" else "R2"
        rows = {name: int(homes[name][0]) for name in (rep, other)}
        assert rows[rep] >= rows[other]


@pytest.mark.parametrize(
    ("sets", "without", "told"),
    [
        ((), ("R2",), "got an empty cell, expected a number from -180 to 180 in every row"),
        (("territories.homes=missing", "territories.mode=repair"), ("R2",), "a repair needs to know where everybody"),
        (("territories.homes=all", "territories.freeze=[R1]"), (), "R1 is frozen but has no home"),
        (("territories.homes=all", "territories.home_candidates=1"), (), "got 1, but 2 homes are to be chosen"),
        (("territories.homes=some",), (), "territories.homes"),
    ],
)
def test_nonsense_about_homes_is_told(tmp_path, capsys, sets, without, told):
    """Each line that cannot be meant is refused with what to write instead."""
    assert run(firm(tmp_path, without=without), tmp_path / "out", sets=sets) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_half_a_position_and_a_missing_region_are_told(tmp_path, capsys):
    """A lon without lat is a slip, and a region cannot be guessed where reps stay within theirs."""
    scenario = firm(tmp_path, lat=[None, 47.3, 47.1, 47.3])
    assert run(scenario, tmp_path / "out", sets=("territories.homes=missing",)) == 2
    assert "got only lon, expected both lon and lat" in capsys.readouterr().err
    scenario = firm(tmp_path, without=("R1",), region=[None, "North", "South", "South"])
    assert run(scenario, tmp_path / "out", sets=("territories.homes=missing",)) == 2
    assert "R1 has neither a home nor a region; fill the column region" in capsys.readouterr().err


def test_size_tells_what_each_number_of_reps_means(tmp_path, capsys):
    """One line per team on the terminal and in the table, less travel and work for more reps, the same bytes again."""
    scenario = tiny_case(tmp_path)
    words = ["size", str(scenario), "--from", "2", "--to", "4", "--set", "territories.within=none", "--out"]
    assert run_scenario.main([*words, str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    table = pd.read_csv(tmp_path / "out" / "sizing.csv")
    assert table["reps"].tolist() == [2, 3, 4]
    assert (table["status"] == "in balance").all()
    assert table["travel"].is_monotonic_decreasing
    assert table["mean_hours"].is_monotonic_decreasing
    assert (table["travel_bound"] <= table["travel"]).all()
    assert (table["capacity_hours"] == 4 * 40).all()
    assert "2 reps are the smallest of these teams in balance" in told
    assert "How many reps?" in (tmp_path / "out" / "size.html").read_text()
    assert run_scenario.main([*words, str(tmp_path / "again"), "--quiet"]) == 0
    assert digests(tmp_path / "out") == digests(tmp_path / "again")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--from", "4", "--to", "2", "--set", "territories.within=none"], "--to not below --from"),
        (["--from", "2", "--to", "13", "--set", "territories.within=none"], "homes are chosen among 12 areas"),
        (["--from", "2", "--to", "3"], "size one region with --set data.only_regions=[North]"),
    ],
)
def test_teams_that_cannot_be_are_refused(tmp_path, capsys, words, told):
    """A range upside down, more reps than areas, several regions with a team each."""
    assert run_scenario.main(["size", str(tiny_case(tmp_path)), *words, "--out", str(tmp_path / "out"), "--quiet"]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
