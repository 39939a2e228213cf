"""Planning one rep's cycle again from the command line: what changes, what stays, what is refused."""

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

import run_scenario
from scenarios.everyday import FOLDER, desk_bytes, desk_from
from tests.outcome import digests


@pytest.fixture
def week(finished, tmp_path) -> tuple[list[str], Path, pd.DataFrame, str]:
    """The words that all calls have in common, a copy of the finished run, its visits and a rep."""
    scenario, out = finished
    folder = tmp_path / "out"
    shutil.copytree(out, folder)
    visits = pd.read_csv(folder / "visits.csv", dtype=str)
    rep = visits["rep_id"].iloc[0]
    words = ["replan", str(scenario), "--set", "solver.effort=quick", "--out", str(folder), "--rep", rep]
    return words, folder, visits, rep


def page_data(folder: Path, rep: str) -> dict:
    """What a rep's page shows."""
    page = (folder / "maps" / f"{rep}.html").read_text(encoding="utf-8")
    return json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL)[1])


def test_a_cancelled_visit_leaves_and_all_that_is_over_stays(week, capsys):
    """Only files of this rep change, rows before today are the same, and page and table agree."""
    words, folder, visits, rep = week
    own = visits[visits["rep_id"] == rep]
    today = sorted(own["date"].unique())[2]
    account = own.loc[own["date"] >= today, "account_id"].iloc[-1]
    before = digests(folder)
    assert run_scenario.main([*words, "--today", today, "--cancel", account]) == 0
    assert f"{account}" in capsys.readouterr().out
    now = pd.read_csv(folder / "visits.csv", dtype=str)
    assert now[now["rep_id"] != rep].equals(visits[visits["rep_id"] != rep].set_axis(now[now["rep_id"] != rep].index))
    mine = now[now["rep_id"] == rep].reset_index(drop=True)
    past = own[own["date"] < today].reset_index(drop=True)
    assert mine[mine["date"] < today].equals(past)
    assert account not in set(mine.loc[mine["date"] >= today, "account_id"])
    shown = [stop["start"] for day in page_data(folder, rep)["days"] for stop in day["stops"]]
    assert shown == mine["start"].tolist()
    routes = {f"gpx/{rep}/{date}.gpx" for date in mine["date"]}
    assert {path.relative_to(folder).as_posix() for path in (folder / "gpx" / rep).iterdir()} == routes
    changed = {name for name, digest in digests(folder).items() if before.get(name) != digest}
    shared = {"visits.csv", "days.csv", "missed.csv", "tours.geojson", ".territory-tours"}
    assert changed - shared <= {f"maps/{rep}.html", f"calendars/{rep}.ics", f"{FOLDER}/{rep}.json.gz", *routes}


@pytest.mark.slow
def test_other_commands_go_by_the_changed_tours(week, capsys):
    """Days are offered beside the new tours, and pages made again show them."""
    words, folder, visits, rep = week
    own = visits[visits["rep_id"] == rep]
    account = own["account_id"].iloc[0]
    assert run_scenario.main([*words, "--today", own["date"].min(), "--cancel", account, "--quiet"]) == 0
    scenario = words[1]
    common = [scenario, "--set", "solver.effort=quick", "--out", str(folder)]
    assert run_scenario.main([*common, "--only", "maps", "--quiet"]) == 0
    made = pd.read_csv(folder / "visits.csv", dtype=str)
    assert account not in set(made["account_id"])
    capsys.readouterr()
    assert run_scenario.main(["find-day", *common, "--account", own["account_id"].iloc[1]]) == 0
    assert "One more visit to" in capsys.readouterr().out


def test_visits_that_were_not_made_are_planned_again(week, tmp_path):
    """The file of what was done names all but one visit of the first day."""
    words, folder, visits, rep = week
    own = visits[visits["rep_id"] == rep]
    first, second = sorted(own["date"].unique())[:2]
    done = own[own["date"] == first][["account_id", "date"]].iloc[1:]
    missed = own.loc[own["date"] == first, "account_id"].iloc[0]
    done.to_csv(tmp_path / "done.csv", index=False)
    assert run_scenario.main([*words, "--today", second, "--done", str(tmp_path / "done.csv"), "--quiet"]) == 0
    now = pd.read_csv(folder / "visits.csv", dtype=str)
    assert missed not in set(now.loc[now["date"] == first, "account_id"])


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--today", "2031-01-01"], "--today: got 2031-01-01, but the cycle of"),
        (["--cancel", "nobody"], '--cancel: "nobody": unknown'),
        (["--cancel", "{account}@2031-01-01"], "no visit to cancel; its visits ahead are on"),
        (["--ill", "2031-01-01"], "has no working day of the cycle in it that is left"),
        (["--done", "nowhere.csv"], "nowhere.csv --done"),
        (["--set", "tours.overtime_minutes=7"], "is the run of another scenario"),
        (["--rep", "R99"], '--rep: "R99": no rep is called so'),
    ],
)
def test_what_cannot_be_meant_is_refused(week, capsys, more, told):
    """Exit code 2, a sentence, and nothing written."""
    words, folder, visits, _ = week
    before = digests(folder)
    today = [] if "--today" in more else ["--today", visits["date"].min()]
    said = [word.format(account=visits["account_id"].iloc[0]) for word in more]
    assert run_scenario.main([*words, *today, *said]) == 2
    assert told in capsys.readouterr().err
    assert digests(folder) == before


@pytest.mark.parametrize("key", ["--cancel", "--urgent", "--done", "--confirmed"])
def test_another_reps_account_is_told_to_be_his(week, capsys, tmp_path, key):
    """No account that only looks like it is proposed."""
    words, _, visits, rep = week
    account, owner, date = visits.loc[visits["rep_id"] != rep, ["account_id", "rep_id", "date"]].iloc[0]
    listed = tmp_path / "listed.csv"
    listed.write_text(f"account_id,date\n{account},{date}\n", encoding="utf-8")
    said = str(listed) if key in {"--done", "--confirmed"} else account
    assert run_scenario.main([*words, "--today", visits["date"].min(), key, said]) == 2
    told = capsys.readouterr().err
    assert f'{key}: "{account}" belongs to {owner}, not to {rep}' in told
    assert "did you mean" not in told


def test_a_desk_reads_back_as_it_was_written(week):
    """Bytes → desk → the same bytes."""
    _, folder, _, rep = week
    data = (folder / FOLDER / f"{rep}.json.gz").read_bytes()
    assert desk_bytes(desk_from(data)) == data
