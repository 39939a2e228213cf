"""The command, from the words on the command line to the folder of results."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

import run_scenario
from scenarios.commands.validate import SHOWN, warnings
from scenarios.loading import load_scenario
from tests.builders import PLAN_ONLY
from tests.outcome import digests

ROOT = Path(__file__).parents[1]
FILES = {
    "territories.geojson",
    "areas.geojson",
    "accounts.geojson",
    "tours.geojson",
    "assignment.csv",
    "visits.csv",
    "forecast.csv",
    "potential.csv",
    "measures.json",
    "data_quality.json",
    "data_quality.html",
    "maps/territories.html",
    "report.html",
    "run.json",
    "scenario.resolved.yaml",
}


def run(*words: str, **options) -> subprocess.CompletedProcess[str]:
    """Call the command in a process of its own."""
    return subprocess.run(
        [sys.executable, str(ROOT / "run_scenario.py"), *words], capture_output=True, text=True, check=False, **options
    )


def test_without_words_it_shows_three_examples(capsys):
    """A newcomer sees what to type."""
    assert run_scenario.main([]) == 0
    assert capsys.readouterr().out.count("python run_scenario.py") == 3


def test_help_answers_within_a_second():
    """Help does not wait for heavy libraries; the best of three, since the machine may be busy."""
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        assert "usage" in run("--help").stdout
        seconds.append(time.perf_counter() - began)
    assert min(seconds) < 1.0


def test_all_files_are_there(finished):
    """Every file of the contract, and a map for every rep."""
    scenario, out = finished
    reps = pd.read_csv(scenario.parent / "reps.csv", dtype=str)["rep_id"]
    expected = FILES | {f"maps/{rep}.html" for rep in reps}
    assert expected <= {str(path.relative_to(out)) for path in out.rglob("*")}


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("assignment.csv", ["area_id", "territory_id", "rep_id"]),
        (
            "visits.csv",
            [
                "rep_id",
                "week",
                "date",
                "stop",
                "account_id",
                "arrive",
                "depart",
                "service_minutes",
                "drive_minutes",
                "drive_km",
            ],
        ),
        ("forecast.csv", ["region", "category", "week", "p10", "p50", "p90", "model"]),
        (
            "potential.csv",
            ["account_id", "area_id", "region", "baseline", "headroom", "potential", "low", "high", "workload_hours"],
        ),
    ],
)
def test_tables_have_the_columns_that_others_rely_on(finished, name, columns):
    """Columns may be added, never renamed."""
    table = pd.read_csv(finished[1] / name, dtype=str)
    assert set(columns) <= set(table.columns)
    assert len(table) > 0


def test_territories_are_contiguous_and_inside_their_tolerance(finished):
    """The tiny case has a plan that keeps every rule, and the proven gap is told."""
    measures = json.loads((finished[1] / "measures.json").read_text())["territories"]
    assert measures["all_contiguous"]
    assert measures["all_inside_tolerance"]
    assert measures["broken_rules"] == []
    assert 0.0 <= measures["gap"] <= 1.0
    assert measures["bound"] <= measures["objective"] + 1e-6


def test_every_account_is_visited_or_listed(finished):
    """No account is left out in silence: visits planned + visits missed = visits wanted."""
    out = finished[1]
    visits = pd.read_csv(out / "visits.csv", dtype={"account_id": str}).groupby("account_id").size()
    missed = pd.read_csv(out / "missed.csv", dtype={"account_id": str}).set_index("account_id")
    features = json.loads((out / "accounts.geojson").read_text())["features"]
    for account in (feature["properties"] for feature in features):
        planned = int(visits.get(account["account_id"], 0))
        if planned != account["visits_wanted"]:
            assert missed.loc[account["account_id"], "visits_planned"] == planned
            assert missed.loc[account["account_id"], "reason"]


def test_two_runs_give_the_same_bytes_whatever_the_workers(finished, tmp_path):
    """The same scenario gives the same files, run.json apart."""
    scenario, out = finished
    again = tmp_path / "again"
    words = [str(scenario), "--out", str(again), "--quiet", "--set", "solver.effort=quick", "--set", "solver.workers=1"]
    assert run_scenario.main(words) == 0
    first, second = digests(out), digests(again)
    first.pop("scenario.resolved.yaml")  # tells the number of workers
    second.pop("scenario.resolved.yaml")
    assert first == second


def test_one_stage_runs_on_the_saved_ones_before(finished, capsys):
    """--only tours reads forecast and territories back, and gives the same folder."""
    scenario, out = finished
    before = digests(out)
    words = [str(scenario), "--out", str(out), "--set", "solver.effort=quick", "--only", "tours"]
    assert run_scenario.main(words) == 0
    told = capsys.readouterr().err
    assert "Tours" in told
    assert "Territories" not in told
    assert digests(out) == before


def test_one_stage_without_the_ones_before_is_refused(finished, tmp_path, capsys):
    """A stage cannot be run on nothing."""
    assert run_scenario.main([str(finished[0]), "--out", str(tmp_path / "none"), "--only", "tours", "--quiet"]) == 2
    assert "no saved forecast stage" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_fault_ends_with_code_2_and_no_traceback_and_writes_nothing(finished, tmp_path):
    """As its users would see it, from a shell."""
    done = run(str(finished[0]), "--out", str(tmp_path / "out"), "--set", "tours.weeks=many")
    assert done.returncode == 2
    assert "tours.weeks" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_show_and_schema_print_what_can_be_read_again(finished, tmp_path, capsys):
    """The resolved scenario is a scenario; the schema is JSON."""
    assert run_scenario.main(["show", str(finished[0])]) == 0
    assert "tolerance" in capsys.readouterr().out
    assert run_scenario.main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["properties"]["territories"]


def test_the_scenario_in_full_runs_as_it_lies(finished, tmp_path, monkeypatch, capsys):
    """In the output folder, whose stages still fit it; and what `show` printed, in the folder where it was called."""
    scenario, out = finished
    resolved = out / "scenario.resolved.yaml"
    assert run_scenario.main(["explain", str(resolved), "--out", str(out), "--quiet"]) == 0
    quick = ["--set", "solver.effort=quick"]
    assert load_scenario(resolved).resolved == load_scenario(scenario, sets=quick[1:]).resolved
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    assert run_scenario.main(["show", str(scenario), *quick]) == 0
    Path("shown.yaml").write_text(capsys.readouterr().out)
    assert run_scenario.main(["validate", "shown.yaml"]) == 0
    assert Path(load_scenario(Path("shown.yaml")).scenario.data.accounts.path).samefile(
        scenario.parent / "accounts.csv"
    )


def test_validate_counts_what_it_read_and_warns_as_a_run_does(finished, capsys):
    """One line that it is valid, then what a run would only say in its report."""
    leaves = 'territories.barriers.pairs=[{areas: ["00", "23"]}]'
    assert run_scenario.main(["validate", str(finished[0]), "--set", leaves]) == 0
    told = capsys.readouterr().out.splitlines()
    assert ": valid; 60 accounts" in told[0]
    note = "territories: Area 00 and Area 23 do not touch: the barrier between them changes nothing."
    assert told[1:] == [f"  {note}"]


def test_validate_lists_warnings_gravest_first():
    """Region by region, with a count of those beyond the most that are shown."""
    rows = [("", "info", "fine"), ("North", "warning", "thin"), ("", "error", "bad"), *[("", "warning", "x")] * SHOWN]
    told = warnings(pd.DataFrame(rows, columns=["region", "severity", "text"]))
    assert told[:2] == ["error: bad", "warning (North): thin"]
    assert told[SHOWN:] == ["and 2 more; data_quality.html of a run lists all"]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("stage", ["Check data", "Forecast", "Territories", "Tours", "Maps"])
def test_a_killed_run_leaves_the_former_folder_whole(finished, tmp_path, stage):
    """SIGKILL at the start of any stage leaves every byte of the last good output and of the models beside it."""
    scenario, _ = finished
    out = tmp_path / "out"
    words = [str(scenario), "--out", str(out), "--set", "solver.effort=quick"]
    assert run_scenario.main([*words, "--quiet"]) == 0
    before, versions = digests(out), digests(tmp_path / "out.models")
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "run_scenario.py"), *words, "--set", "description=another"],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        for line in process.stderr:
            if line.startswith(f"{stage}: begins"):
                break
        os.killpg(process.pid, signal.SIGKILL)
    assert (digests(out), digests(tmp_path / "out.models")) == (before, versions)
    assert run_scenario.main([*words, "--quiet"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "out.models"]


@pytest.mark.slow
def test_rounds_bring_routed_hours_nearer_to_their_shares(finished, tmp_path):
    """The round shown is the best one, its workload is in the files, and a single stage takes it up again."""
    out = tmp_path / "out"
    sets = [
        *PLAN_ONLY,
        "solver.effort=quick",
        "territories.routed_rounds=3",
        "territories.balance.workload.tolerance=0.03",
        "outputs.report=true",
    ]
    words = [str(finished[0]), "--out", str(out), "--quiet", *(word for one in sets for word in ("--set", one))]
    assert run_scenario.main(words) == 0
    measures = json.loads((out / "measures.json").read_text())
    rounds = measures["tours"]["rounds"]
    assert 1 <= len(rounds) <= 3
    shown = next(one for one in rounds if one["chosen"])
    assert shown["inside"] == max(one["inside"] for one in rounds)
    assert shown["visits"] == measures["tours"]["visits_planned"]
    driven, needed = (
        pd.Series({rep["rep_id"]: rep[key] for rep in measures["tours"]["by_rep"]})
        for key in ("work_hours", "week_hours_needed")
    )
    week = pd.read_csv(finished[0].parent / "reps.csv", dtype={"rep_id": str}).set_index("rep_id")["hours_per_week"]
    region = pd.Series({row["rep_id"]: row["region"] for row in measures["territories"]["by_territory"]})
    off = []
    for hours in (driven, needed):
        target = hours.groupby(region).transform("sum") * week / week.groupby(region).transform("sum")
        off.append(abs(hours / target - 1).max())
    assert max(off) == pytest.approx(shown["worst_deviation"], abs=2e-3)
    assert len(shown["reasons"]) == shown["reps"] - shown["inside"]
    assert "Routed hours against the reps" in (out / "report.html").read_text()
    before = digests(out)
    assert run_scenario.main([*words, "--only", "tours"]) == 0
    assert digests(out) == before


def test_find_day_offers_days_and_changes_nothing(finished, capsys, tmp_path):
    """Every offer is a day of the rep with its extra minutes; a wrong name and a folder without a plan are told."""
    scenario, out = finished
    visits = pd.read_csv(out / "visits.csv", dtype=str)
    account, before = visits["account_id"].iloc[0], digests(out)
    words = ["find-day", str(scenario), "--set", "solver.effort=quick", "--out", str(out), "--account"]
    assert run_scenario.main([*words, account]) == 0
    told = capsys.readouterr().out
    assert f"One more visit to {account}" in told
    assert "min driving, day longer by" in told
    assert digests(out) == before
    assert run_scenario.main([*words, "nobody"]) == 2
    assert '--account: "nobody": unknown' in capsys.readouterr().err
    assert run_scenario.main(["find-day", str(scenario), "--out", str(tmp_path / "no"), "--account", account]) == 2
    assert "holds no plan of this scenario as it is now; make one first" in capsys.readouterr().err
