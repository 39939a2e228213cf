"""The forecast of a run against the sales that came."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

import run_scenario
from tests.builders import tiny_case

PERIOD = [dt.date(2026, 1, 5) + dt.timedelta(days=7 * week) for week in range(4)]


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> tuple[Path, Path]:
    """A tiny scenario and the folder of its forecast."""
    folder = tmp_path_factory.mktemp("case")
    scenario = tiny_case(folder)
    words = [str(scenario), "--out", str(folder / "run"), "--quiet", "--only", "forecast"]
    assert run_scenario.main(words) == 0
    return scenario, folder / "run"


def write_actuals(finished: tuple[Path, Path], place: Path, north: float = 1.0, weeks=PERIOD) -> Path:
    """Sales of every account in the weeks of the forecast that come out at the median, in North times a factor."""
    scenario, run = finished
    accounts = pd.read_csv(scenario.parent / "accounts.csv", dtype=str)
    forecast = pd.read_csv(run / "forecast.csv", dtype={"region": str, "category": str})
    sums = forecast.groupby(["region", "category"])["p50"].mean()
    rows = []
    for (region, category), amount in sums.items():
        ids = accounts.loc[accounts["region"] == region, "account_id"]
        share = amount * (north if region == "North" else 1.0) / len(ids)
        rows += [(account, category, week, round(share, 2)) for week in weeks for account in ids]
    path = place / "actuals.csv"
    pd.DataFrame(rows, columns=["account_id", "category", "week", "sales"]).to_csv(path, index=False)
    return path


def monitor(finished: tuple[Path, Path], actuals: Path, out: Path) -> int:
    """Call the command; its exit code."""
    scenario, run = finished
    return run_scenario.main(
        ["monitor", str(scenario), "--run", str(run), "--actuals", str(actuals), "--out", str(out)]
    )


def test_sales_as_expected_raise_no_alarm(finished, tmp_path, capsys):
    """Exit code 0, a table and a page."""
    assert monitor(finished, write_actuals(finished, tmp_path), tmp_path / "out") == 0
    table = pd.read_csv(tmp_path / "out" / "monitor.csv")
    assert table["region"].tolist() == ["North", "South"]
    assert table["weeks"].tolist() == [4, 4]
    assert table["alarm"].tolist() == [False, False]
    assert table["bias"].abs().max() < 0.02
    assert "The forecast holds" in capsys.readouterr().out
    assert "The forecast holds" in (tmp_path / "out" / "monitor.html").read_text(encoding="utf-8")


def test_shifts_are_written_with_their_limits(finished, tmp_path, capsys):
    """Errors against those of the backtest; inputs in a table of their own and on the page."""
    assert monitor(finished, write_actuals(finished, tmp_path), tmp_path / "out") == 0
    table = pd.read_csv(tmp_path / "out" / "monitor.csv")
    assert (table["drift"] >= 0).all()
    assert (table["drift_limit"] > 0.25).all()
    inputs = pd.read_csv(tmp_path / "out" / "drift.csv")
    assert inputs.columns.tolist() == ["region", "input", "weeks", "shift", "limit", "shifted"]
    kinds = ["sales against last year", "mix of categories"]
    assert list(zip(inputs["region"], inputs["input"], strict=True)) == [
        (region, kind) for region in ("North", "South") for kind in kinds
    ]
    assert (inputs["weeks"] == 4).all()
    page = (tmp_path / "out" / "monitor.html").read_text(encoding="utf-8")
    assert "What the forecast learns from, by region" in page
    assert "(limit " in capsys.readouterr().out


def test_a_region_that_sells_half_is_named(finished, tmp_path, capsys):
    """Exit code 1; the other region is not alarmed."""
    assert monitor(finished, write_actuals(finished, tmp_path, north=0.5), tmp_path / "out") == 1
    table = pd.read_csv(tmp_path / "out" / "monitor.csv").set_index("region")
    assert table["alarm"].to_dict() == {"North": True, "South": False}
    assert table.loc["North", "bias"] == pytest.approx(-0.5, abs=0.02)
    assert "Alarm for North" in capsys.readouterr().out


def test_weeks_before_and_after_are_left_aside_and_told(finished, tmp_path, capsys):
    """An export of everything may be given as it is."""
    weeks = [dt.date(2025, 12, 29), *PERIOD, dt.date(2026, 2, 2)]
    assert monitor(finished, write_actuals(finished, tmp_path, weeks=weeks), tmp_path / "out") == 0
    assert pd.read_csv(tmp_path / "out" / "monitor.csv")["weeks"].tolist() == [4, 4]
    assert "rows of weeks that were not forecast" in capsys.readouterr().out


def test_a_region_without_sales_in_the_file_is_not_judged(finished, tmp_path, capsys):
    """Silence is not a sale of nothing."""
    path = write_actuals(finished, tmp_path, north=0.0)
    rows = pd.read_csv(path, dtype=str)
    rows[rows["sales"] != "0.0"].to_csv(path, index=False)
    assert monitor(finished, path, tmp_path / "out") == 0
    assert pd.read_csv(tmp_path / "out" / "monitor.csv")["region"].tolist() == ["South"]
    assert "No sales of North in the file" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "actuals.csv"),
        ("account_id,category,week,sales\n", "the table has no rows"),
        ("shop,category,week,sales\nx,tools,2026-01-05,1\n", 'has no column "account_id"'),
        ("account_id,category,week,sales\nx,tools,2020-01-06,1\n", "holds no week of the forecast"),
    ],
)
def test_a_wrong_file_is_told(finished, tmp_path, capsys, text, told):
    """Exit code 2 and what is wrong."""
    path = tmp_path / "actuals.csv"
    path.write_text(text, encoding="utf-8")
    assert monitor(finished, path, tmp_path / "out") == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_missing_file_or_run_is_told(finished, tmp_path, capsys):
    """Exit code 2 and where the forecast was looked for."""
    assert monitor(finished, tmp_path / "none.csv", tmp_path / "out") == 2
    assert "not found" in capsys.readouterr().err
    nowhere = (finished[0], tmp_path / "nowhere")
    assert monitor(nowhere, write_actuals(finished, tmp_path), tmp_path / "out") == 2
    assert "holds no forecast; make one first" in capsys.readouterr().err


def test_a_region_that_the_forecast_does_not_know_is_told(finished, tmp_path, capsys):
    """A region re-drawn since: run anew first."""
    actuals = write_actuals(finished, tmp_path)
    changed = tiny_case(tmp_path)
    for name in ("accounts.csv", "areas.geojson", "reps.csv"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("South", "Far South"), encoding="utf-8")
    assert monitor((changed, finished[1]), actuals, tmp_path / "out") == 2
    assert "holds sales of Far South, but the forecast is one of North, South" in capsys.readouterr().err


def test_other_categories_and_weeks_that_lack_are_told(finished, tmp_path, capsys):
    """A misspelt category, one that is not there, a week left out."""
    path = write_actuals(finished, tmp_path, weeks=[PERIOD[0], PERIOD[1], PERIOD[3]])
    sales = pd.read_csv(path, dtype={"account_id": str})
    names = sorted(sales["category"].unique())
    sales["category"] = sales["category"].replace({names[0]: f"{names[0]}s"})
    sales.to_csv(path, index=False)
    monitor(finished, path, tmp_path / "out")
    told = capsys.readouterr().out
    assert f'{names[0]}s is no category of the forecast; did you mean "{names[0]}"?' in told
    assert f"No sales of {names[0]} in the file" in told
    assert f"No sales in the file for weeks in between: {str(PERIOD[2])[:10]}; not judged." in told
