"""Stages that are saved come back as they were."""

import numpy as np
import pandas as pd
import pytest

from forecasting.history import Forecast
from optimizer.solving import Conflict, Status, StopReason, Term, Violation
from optimizer.territory.plan import TerritoryPlan, TerritoryResult
from optimizer.tours.plan import DayTour, Missed, Stop, TourPlan, TourResult
from scenarios import saved
from scenarios.faults import ScenarioError


def test_a_forecast_comes_back(tmp_path):
    """Values, order of columns, dates and missing numbers."""
    weeks = pd.to_datetime(["2026-01-05", "2026-01-12"])
    table = pd.DataFrame({"region": ["A", "B"], "week": weeks, "p50": [0.1 + 0.2, 1e-9], "chosen": [True, False]})
    forecast = Forecast(
        table=table, scores=table.assign(mape=[np.nan, 1.5], note=["", "n"]), history=table, notes=("a note",)
    )
    saved.save_stage(tmp_path, "forecast", made_from="x", payload=saved.forecast_payload(forecast, table))
    back, potential = saved.forecast_from(saved.load_stage(tmp_path, "forecast", made_from="x"))
    pd.testing.assert_frame_equal(back.table, forecast.table, check_dtype=False)
    pd.testing.assert_frame_equal(back.scores, forecast.scores, check_dtype=False)
    pd.testing.assert_frame_equal(potential, table, check_dtype=False)
    assert back.notes == forecast.notes


def test_errors_come_back_and_a_file_from_before_has_none(tmp_path):
    """Of the backtest, by region and week; a forecast saved before is read without them and without notes."""
    table = pd.DataFrame({"region": ["A"], "week": pd.to_datetime(["2026-01-05"]), "error": [-0.25]})
    forecast = Forecast(table=table, scores=table, history=table, notes=(), residuals=table)
    payload = saved.forecast_payload(forecast, table)
    saved.save_stage(tmp_path, "forecast", made_from="x", payload=payload)
    back = saved.read_forecast(tmp_path)[0]
    pd.testing.assert_frame_equal(back.residuals, table, check_dtype=False)
    del payload["residuals"]
    saved.save_stage(tmp_path, "forecast", made_from="x", payload=payload)
    former = saved.read_forecast(tmp_path)[0]
    assert former.residuals.empty
    assert former.scores["note"].tolist() == [""]


class _Ids:
    """What `territories_payload` asks of an instance."""

    area_ids = ("a", "b", "c")
    rep_ids = ("R1", "R2")


def test_a_territory_result_comes_back(tmp_path):
    """Plan, violations, conflicts and terms."""
    violation = Violation(rule="r", subject="R1", amount=1.5, unit="min", text="too much")
    result = TerritoryResult(
        status=Status.INFEASIBLE,
        plan=None,
        closest=TerritoryPlan(rep_of_area=np.array([1, 0, 1])),
        violations=(violation,),
        conflicts=(Conflict(rules=("r", "s"), text="clash"),),
        terms=(Term(name="travel", unit="min", weight=1.0, value=7.0),),
        bound=6.5,
        stopped_by=StopReason.PROVEN,
    )
    saved.save_stage(tmp_path, "t", made_from="x", payload=saved.territories_payload(_Ids, result))
    back = saved.territories_from(saved.load_stage(tmp_path, "t", made_from="x"), _Ids)
    assert back.closest.rep_of_area.tolist() == [1, 0, 1]
    assert (back.plan, back.status, back.violations) == (None, result.status, result.violations)
    assert (back.conflicts, back.terms, back.bound) == (result.conflicts, result.terms, result.bound)


def test_what_ended_a_search_early_is_found():
    """In the result of the territories, and in that of any rep's tours; Ctrl-C before the time limit."""
    assert saved.early_end({"stopped_by": "work done"}) == ""
    assert saved.early_end({"stopped_by": "out of time"}) == "out of time"
    assert saved.early_end({"tours": [{"stopped_by": "out of time"}, {"stopped_by": "interrupted"}]}) == "interrupted"


def test_tours_come_back(tmp_path):
    """Nested tours compare equal."""
    stop = Stop(account=3, arrive=500, start=510, depart=540, drive_minutes=20, drive_metres=12345)
    tour = DayTour(
        day=2, leave_home=480, stops=(stop,), back_home=600, home_drive_minutes=60, home_drive_metres=1, lunch_start=-1,
        lunch_before=-1,
    )  # fmt: skip
    result = TourResult(
        rep_id="R1",
        status=Status.FEASIBLE,
        plan=TourPlan(tours=(tour,)),
        missed=(Missed(account=1, wanted=4, planned=2, reason="why"),),
        violations=(),
        terms=(Term(name="drive", unit="min", weight=1.0, value=80.0),),
        bound=None,
        stopped_by=StopReason.WORK_DONE,
    )
    saved.save_stage(tmp_path, "tours", made_from="x", payload=saved.tours_payload([result]))
    assert saved.tours_from(saved.load_stage(tmp_path, "tours", made_from="x")) == (result,)


def test_a_stage_made_from_something_else_is_not_taken(tmp_path):
    """Changed tables or settings make a saved stage useless."""
    saved.save_stage(tmp_path, "tours", made_from="x", payload={})
    assert saved.load_stage(tmp_path, "tours", made_from="y") is None
    assert saved.load_stage(tmp_path, "forecast", made_from="x") is None


def test_a_damaged_stage_is_a_fault(tmp_path):
    """With what to do about it."""
    saved.save_stage(tmp_path, "tours", made_from="x", payload={})
    (tmp_path / "stages" / "tours.json").write_text('{"made_from": "x"')
    with pytest.raises(ScenarioError, match=r"is damaged .* run the scenario without --only"):
        saved.load_stage(tmp_path, "tours", made_from="x")
