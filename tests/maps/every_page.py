"""Make one of each page, with made-up plans and names that break careless pages."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from maps.book import PlanBook
from maps.call_notes import CALL_COLUMNS
from maps.comparison.page import NamedPlan, comparison_page
from maps.monitor_page import Watched, monitor_page
from maps.retouching import retouch_rules
from maps.sizing_page import Sizing, sizing_page
from maps.writers import write_all, write_text
from optimizer.siting.plan import SitingResult
from optimizer.siting.sizing import TeamSize
from optimizer.solving import Status, StopReason
from tests.maps.builders import REGIONS, made_up_book, made_up_resources
from tests.maps.test_retouching import instance, plan

PAGES: Final = (
    "maps/territories.html",
    "maps/retouch.html",
    "maps/R1.html",
    "report.html",
    "data_quality.html",
    "comparison.html",
    "monitor.html",
    "sizing.html",
)


def whole_book(**changes: Any) -> PlanBook:
    """The made-up book with the rules that retouching needs, call notes and resources."""
    filled = {"rules": retouch_rules(instance(), plan()), "calls": calls(), "resources": made_up_resources()}
    return made_up_book(**{**filled, **changes})


def calls() -> pd.DataFrame:
    """Notes on three accounts: one that is late with its order, one that only just ordered, one that never did."""
    rows = [
        ("C013", (("2025-11-10", 1200.0, "`${Pumps}`"),), 3.0, "2026-01-04", (("Valves <b>", 340.0),)),
        ("C005", (("2025-12-29", 80.0, "Valves <b>"), ("2025-12-01", 90.5, "Pumps")), np.nan, "2026-01-04", ()),
        ("C012", (), np.nan, "2026-01-04", (("Pumps", 1500.0),)),
    ]
    return pd.DataFrame(rows, columns=list(CALL_COLUMNS))


def write_every_page(folder: Path, **changes: Any) -> None:
    """Write a run's files, a comparison with a plan that moves one area, a monitored forecast and team sizes."""
    book = whole_book(**changes)
    write_all(book, folder)
    plans = [NamedPlan(name="a <b>", book=book, scenario={"seed": 1, "tours": {"weeks": 4}})]
    plans.append(NamedPlan(name="b", book=moved_book(**changes), scenario={"seed": 2, "tours": {"weeks": 2}}))
    write_text(folder / "comparison.html", comparison_page(plans))
    write_text(folder / "monitor.html", monitor_page(watched(book)))
    write_text(folder / "sizing.html", sizing_page(sizing()))


def moved_book(**changes: Any) -> PlanBook:
    """The made-up plan after its second area went to another rep."""
    book = made_up_book()
    areas, accounts = book.areas.copy(), book.accounts.copy()
    areas.loc[areas["area_id"] == "A01", ["rep_id", "territory_id"]] = ["R2", "T-R2"]
    accounts.loc[accounts["area_id"] == "A01", "rep_id"] = "R2"
    return made_up_book(**{"areas": areas, "accounts": accounts, **changes})


def watched(book: PlanBook) -> Watched:
    """A forecast that missed one region."""
    sums = book.forecast.groupby(["region", "week"], as_index=False)[["p10", "p50", "p90"]].sum()
    rows = [
        {
            "region": region, "weeks": 4, "wape": 0.1 + place / 5, "bias": place / 5, "tracking_signal": 5.0 * place,
            "coverage_80": 0.75, "drift": [np.nan, 0.7][place], "drift_limit": [np.nan, 0.62][place],
            "alarm": place == 1, "reason": "more was sold than expected",
        }
        for place, region in enumerate(REGIONS)
    ]  # fmt: skip
    return Watched(
        name="made-up",
        currency="EUR",
        version="abc123",
        table=pd.DataFrame(rows),
        advice=("Forecast anew for <South>.",),
        notes=("Two weeks are not complete.",),
        forecast=sums,
        sales=sums[["region", "week"]].assign(sales=sums["p50"] * 1.1).iloc[:4],
        history=book.history.groupby(["region", "week"], as_index=False)["sales"].sum(),
        inputs=pd.DataFrame(
            [
                (region, name, 4, 0.3 + place / 5, 0.4, place == 1)
                for place, region in enumerate(REGIONS)
                for name in ("sales against last year", "mix of categories")
            ],
            columns=["region", "input", "weeks", "shift", "limit", "shifted"],
        ),
    )


def sizing() -> Sizing:
    """Teams of two to four reps, the smallest overfull."""
    nothing = SitingResult(
        status=Status.FEASIBLE, plan=None, conflicts=(), objective=100.0, bound=90.0, stopped_by=StopReason.PROVEN
    )
    sizes = [
        TeamSize(
            reps=reps, status=Status.FEASIBLE, result=nothing, cost=400.0 / reps, bound=380.0 / reps,
            max_deviation=(0.05,), hours=np.full(reps, 400.0 / reps), capacity_hours=150.0,
        )
        for reps in (2, 3, 4)
    ]  # fmt: skip
    return Sizing(
        name="made-up", sizes=sizes, measures=("potential",), tolerances=(0.1,), travel_unit="minutes", weeks=4,
        hours_per_week=37.5, candidates=30,
    )  # fmt: skip
