"""Make small plans for the tests: three reps on a grid of thirty areas."""

import datetime as dt
import math
from dataclasses import replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import Polygon

from maps.book import LEVEL_COLUMNS, PlanBook
from maps.resources import Resources

COLUMNS: Final = 6
ROWS: Final = 5
REPS: Final = ("R1", "R2", "R/3 é")
HOSTILE: Final = (
    "<script>window.hacked=1</script>",
    "${window.hacked=1}",
    "`;window.hacked=1;`",
    'Bob\'s "Best" & <b>Bikes</b>',
    "</script><img src=x onerror=window.hacked=1>",
    "שלום עולם",
    "\u202eevil",
    "=HYPERLINK(1)",
    "\\u003cb\\u003e {{ 7*7 }} {% x %}",
    "]]> --> <!-- ",
)
"""Names that break careless pages."""
REGIONS: Final = ("North", "South & <East>")
MONDAY: Final = dt.date(2026, 1, 5)


def made_up_book(**changes: Any) -> PlanBook:
    """Make a whole run's results; `changes` replaces fields."""
    areas = _areas()
    accounts = _accounts(areas)
    days, visits = _tours(accounts)
    accounts["visits_planned"] = accounts["account_id"].map(visits["account_id"].value_counts()).fillna(0).astype(int)
    fields: dict[str, Any] = {
        "name": "made-up",
        "description": "Three reps <b>and</b> thirty areas.",
        "currency": "EUR",
        "period_start": MONDAY,
        "period_end": dt.date(2026, 3, 29),
        "areas": areas,
        "accounts": accounts,
        "reps": _reps(),
        "territories": _territories(areas, accounts, days),
        **_forecast(),
        "quality": _quality(),
        "visits": visits,
        "days": days,
        "missed": _missed(accounts),
        "violations": pd.DataFrame(
            [("balance_potential", "R1", 0.023, "share", "R1: potential 12.3 % above target, 10 % allowed")],
            columns=["rule", "subject", "amount", "unit", "text"],
        ),
        "conflicts": pd.DataFrame(
            [("balance, locks", "Locks give R1 too much: <i>12.3 %</i>")], columns=["rules", "text"]
        ),
        "measures": {"forecast": {"wape": math.nan}, "territories": {"gap": np.float64(0.0125)}, "tours": {"days": 60}},
        "run": {"seed": 1, "started": dt.datetime(2026, 1, 1, 8, 30, tzinfo=dt.UTC)},
        "resolved_scenario": "name: made-up\n",
        "tolerances": {"potential": 0.1, "workload": 0.1},
        "territory_notes": ("<b>Isle</b> and Coast do not touch but count as neighbours.",),
        "travel_note": "Driving is <estimated> from straight lines.",
        "solves": pd.DataFrame(
            [("territories", "", "feasible", 1200.0, 1185.0, 0.0125, "work done")]
            + [("tours", rep, "feasible", 400.0, 380.0, 0.05, "work done") for rep in REPS],
            columns=["stage", "subject", "status", "objective", "bound", "gap", "stopped_by"],
        ),
    }
    return PlanBook(**{**fields, **changes})


def _corner(column: int, row: int) -> tuple[float, float]:
    """Give a slightly crooked grid's corner as (lon, lat); neighbours share corners."""
    shift = 0.03 * math.sin(3 * column + 5 * row)
    return 2.0 + 0.2 * column + shift, 46.0 + 0.15 * row + shift / 2


def _areas() -> gpd.GeoDataFrame:
    rows = []
    for row in range(ROWS):
        for column in range(COLUMNS):
            corners = [(column, row), (column, row + 1), (column + 1, row + 1), (column + 1, row)]
            rep = REPS[column // 2]
            number = row * COLUMNS + column
            today = REPS[min(2, (column + 1) // 2)] if row == 0 else rep
            rows.append(
                {
                    "area_id": f"A{number:02d}",
                    "name": HOSTILE[number] if number < len(HOSTILE) else f"Area {number}",
                    "district": f"D{column // 3}",
                    "region": "North" if row >= 3 else "South & <East>",
                    "geometry": Polygon([_corner(*corner) for corner in corners]),
                    "potential": 1000.0 + 37.5 * number,
                    "baseline": 800.0 + 37.5 * number,
                    "headroom": 666.0,
                    "workload_hours": 5.0 + number / 3,
                    "territory_id": f"T-{rep}",
                    "rep_id": rep,
                    "current_rep_id": "" if number == 29 else today,
                    "drive_minutes": 12.0 + 3 * row,
                }
            )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")


def _reps() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "rep_id": REPS,
            "name": ["Ann <i>Able</i>", "Bo `${Baker}`", "Ç. O'Neil"],
            "region": ["North", "South & <East>", "North"],
            "lon": [2.2, 2.6, 3.0],
            "lat": [46.4, 46.3, 46.35],
            "hours_per_week": [40.0, 32.0, 40.0],
        }
    )


def _accounts(areas: gpd.GeoDataFrame) -> pd.DataFrame:
    rows = []
    for number in range(60):
        area = areas.iloc[number // 2]
        middle = area["geometry"].centroid
        wanted = (4, 2, 1)[number % 3]
        rows.append(
            {
                "account_id": f"C{number:03d}",
                "name": HOSTILE[number] if number < len(HOSTILE) else f"Shop {number}",
                "town": f"Town {number // 4}" if number != 3 else "<u>Town</u>",
                "segment": "ABC"[number % 3],
                "status": "prospect" if number % 7 == 0 else "customer",
                "region": area["region"],
                "area_id": area["area_id"],
                "rep_id": area["rep_id"],
                "lon": middle.x + (0.03 if number % 2 else -0.04),
                "lat": middle.y + (0.02 if number % 2 else -0.01),
                "baseline": 300.0 + 11.1 * number,
                "headroom": 50.0 + number,
                "potential": 315.0 + 11.4 * number,
                "low": 250.0 + 10 * number,
                "high": 400.0 + 12 * number,
                "workload_hours": wanted * 0.75,
                "visits_wanted": wanted,
                "opening_hours": "mo-fr 09:00-12:00" if number == 1 else "",
            }
        )
    return pd.DataFrame(rows)


def _tours(accounts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give every rep five stops on each day of four weeks (fewer on Fridays), taking the accounts in turn."""
    days, visits = [], []
    for rep in REPS:
        own = list(accounts.loc[accounts["rep_id"] == rep, "account_id"])
        turn = 0
        for week in range(4):
            for weekday in range(5):
                date = (MONDAY + dt.timedelta(days=7 * week + weekday)).isoformat()
                count = 3 if weekday == 4 else 5
                clock = 8 * 60 + 12
                for stop in range(1, count + 1):
                    arrive = clock + 25 + (45 if stop == 3 else 0)
                    visits.append(
                        (rep, week + 1, date, stop, own[turn % (len(own) - 1)], arrive, arrive + 5, arrive + 50)
                    )
                    clock, turn = arrive + 50, turn + 1
                lunch = "11:50" if count >= 3 else ""
                home = clock + 30
                days.append(
                    (rep, week + 1, date, "08:12", _clock(home), count, home - 492, 25 * count + 30, 18.4 * count)  # noqa: RUF005
                    + (lunch, 45, 3, 20 if weekday == 3 else 0)
                    + AT_HOME
                )
    visit_table = pd.DataFrame(
        [
            (rep, week, date, stop, account, _clock(arrive), _clock(start), _clock(depart), 45, 25, 18.4)
            for rep, week, date, stop, account, arrive, start, depart in visits
        ],
        columns=[
            "rep_id", "week", "date", "stop", "account_id", "arrive", "start", "depart", "service_minutes",
            "drive_minutes", "drive_km",
        ],
    )  # fmt: skip
    day_columns = ["rep_id", "week", "date", "leave_home", "back_home", "stops", "work_minutes", "drive_minutes"]
    day_columns += ["drive_km", "lunch_start", "lunch_minutes", "lunch_before", "overtime_minutes"]
    day_columns += ["start_place", "end_place", "night_away", "start_lon", "start_lat", "end_lon", "end_lat"]
    return pd.DataFrame(days, columns=day_columns), visit_table


AT_HOME = ("", "", "", *[float("nan")] * 4)
"""Last columns of a day that begins and ends at home."""


def with_a_night(book: PlanBook) -> PlanBook:
    """Let the last rep sleep away after the second Wednesday, under a name that pages must not run."""
    days, inn, at = book.days.copy(), HOSTILE[0], (2.31, 47.11)
    mine = days.index[days["rep_id"] == REPS[-1]][7:9]
    days.loc[mine[0], ["end_place", "night_away", "end_lon", "end_lat"]] = [inn, inn, *at]
    days.loc[mine[1], ["start_place", "start_lon", "start_lat"]] = [inn, *at]
    return replace(book, days=days)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _missed(accounts: pd.DataFrame) -> pd.DataFrame:
    left_out = accounts[accounts["visits_planned"] < accounts["visits_wanted"]]
    columns = ["account_id", "name", "rep_id", "segment", "visits_wanted", "visits_planned"]
    return (
        left_out[columns]
        .assign(reason="the detour of <38 min> costs more than the visit is worth")
        .reset_index(drop=True)
    )


def _territories(areas: gpd.GeoDataFrame, accounts: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for rep, off in zip(REPS, (0.123, -0.04, -0.083), strict=True):
        own = areas[areas["rep_id"] == rep]
        driven = days[days["rep_id"] == rep]
        potential, workload = own["potential"].sum(), own["workload_hours"].sum()
        rows.append(
            {
                "territory_id": f"T-{rep}",
                "rep_id": rep,
                "region": "North",
                "areas": len(own),
                "accounts": int((accounts["rep_id"] == rep).sum()),
                "contiguous": True,
                "bridged": rep == "R1",
                "potential": potential,
                "potential_target": potential / (1 + off),
                "potential_deviation": off,
                "workload_hours": workload,
                "workload_target": workload / (1 - off / 2),
                "workload_deviation": -off / 2,
                "inside_tolerance": abs(off) <= 0.1,
                "routed_hours": driven["work_minutes"].sum() / 60,
                "drive_hours": driven["drive_minutes"].sum() / 60,
                "drive_km": driven["drive_km"].sum(),
            }
        )
    return pd.DataFrame(rows)


def _forecast() -> dict[str, Any]:
    past = pd.date_range("2025-01-06", periods=52, freq="7D")
    future = pd.date_range("2026-01-05", periods=12, freq="7D")
    history, forecast, scores = [], [], []
    for offset, region in enumerate(("North", "South & <East>")):
        for step, category in enumerate(("Pumps", "`${Valves}`")):
            level = 1000.0 * (1 + offset) + 400.0 * step
            for week, day in enumerate(past):
                history.append((region, category, day, level + 150 * math.sin(week / 52 * 2 * math.pi)))
            for week, day in enumerate(future):
                middle = level + 150 * math.sin(week / 52 * 2 * math.pi)
                model = "actual" if week == 0 else "lightgbm+theta"
                wide = 0 if week == 0 else 80 + 5 * week
                forecast.append((region, category, day, middle - wide, middle, middle + wide, model))
    for region in ("", "North", "South & <East>"):
        for place, model in enumerate(("lightgbm+theta", "seasonal_naive", "theta")):
            values = (100.0 + place, 130.0 + place, 0.1 + place / 50, 0.8 + place / 10, 0.09 + place / 40, 0.79)
            scores.append((region, model, *values, place == 0, ""))
    lines = pd.DataFrame(forecast, columns=["region", "category", "week", "p10", "p50", "p90", "model"])
    drivers: list[tuple[str, str, str, float, float, str]] = []
    for region, category, before in (
        ("", "", 40_000.0),
        ("North", "Pumps", 12_000.0),
        ("North", "`${Valves}`", 0.0),
        ("South & <East>", "Pumps", 24_000.0),
    ):
        words = "−1 % against last year: <b>events</b> −2" if before else "nothing was sold in these weeks last year"
        drivers += [
            (region, category, group, amount, amount / before if before else math.nan, words)
            for group, amount in (
                ("last year", before),
                ("trend", before / 100 or 100.0),
                ("events", -before / 50 or -50.0),
            )
        ]
    return {
        "forecast_levels": _levels(lines),
        "drivers": pd.DataFrame(drivers, columns=["region", "category", "group", "contribution", "share", "words"]),
        "forecast": lines,
        "history": pd.DataFrame(history, columns=["region", "category", "week", "sales"]),
        "scores": pd.DataFrame(
            scores, columns=["region", "model", "mae", "rmse", "mape", "mase", "wape", "coverage_80", "chosen", "note"]
        ),
        "forecast_notes": (
            "LightGBM and Theta together won in <all> regions.",
            "Valves in North: too thin for its own model.",
        ),
    }


def _levels(lines: pd.DataFrame) -> pd.DataFrame:
    """Sum a forecast up by region, by category and in total, as if all were off together."""
    parts = []
    for level, sides in (("region", ["region"]), ("category", ["category"]), ("total", [])):
        sums = lines.groupby([*sides, "week"], as_index=False)[["p10", "p50", "p90"]].sum()
        parts.append(sums.assign(level=level, model="theta").reindex(columns=list(LEVEL_COLUMNS)))
    return pd.concat(parts, ignore_index=True).fillna({"region": "", "category": ""})


def made_up_resources() -> Resources:
    """One row or a few of everything, with names that break careless pages."""
    week = pd.Timestamp("2026-01-05")
    return Resources(
        tables={
            "stock": pd.DataFrame(
                [
                    ("=Main <b>", "Pumps", week, week, 900.0, 100.0, 1000.0, 700.0, "\n".join(REGIONS), 12.5, 0.95),
                    ("=Main <b>", "`${Valves}`", week, week, 90.0, 10.0, 100.0, 70.0, REGIONS[1], math.nan, 0.95),
                ],
                columns=[
                    "warehouse", "category", "week", "cover_until", "expected", "safety", "stock", "reorder", "regions",
                    "unit_price", "service_level",
                ],
            ),
            "demand": pd.DataFrame(
                [
                    ("=Main <b>", "Pumps", week, 250.0, 300.0, 350.0, True, 12.5),
                    ("=Main <b>", "`${Valves}`", week, 20.0, 30.0, 40.0, False, math.nan),
                ],
                columns=["warehouse", "category", "week", "p10", "p50", "p90", "sold", "unit_price"],
            ),
            "budget": pd.DataFrame(
                [("North", 1000.0, 300.0, 0.0, 0.0, math.nan, 1.4, 50.0, 9.0)],
                columns=[
                    "region", "expected", "winnable", "spend", "gain", "return", "next_return", "by_sales",
                    "gain_by_sales",
                ],
            ),
            "rep_time": pd.DataFrame(
                [("A01", "North", "A", 2, 10.0, 500.0, 12.0), ("A02", "North", "A", 1, 10.0, 500.0, 12.0)],
                columns=["area_id", "region", "segment", "accounts", "hours", "potential", "suggested_hours"],
            ),
            "risks": pd.DataFrame(
                [("may_leave", "North", f"C{n}", name, 50.0, 0.2, "silent") for n, name in enumerate(HOSTILE * 3)]
                + [("under_target", "North", "", "", 70.0, 0.9, "expected 3 against a target of 4 (-25.0%)")],
                columns=["kind", "region", "account_id", "name", "size", "probability", "reason"],
            ),
            "risk_totals": pd.DataFrame(
                [("may_leave", 40, 2000.0), ("under_target", 1, 70.0)], columns=["kind", "lines", "size"]
            ),
            "account_scores": pd.DataFrame(
                [("C1", "leave", 0.2, 3.0, 1.5, math.nan)],
                columns=["account_id", "kind", "probability", "silent_weeks", "usual_gap", "trend"],
            ),
            "score_tests": pd.DataFrame(
                [("leave", week, 100, 5, 4.5, 0.02, 0.03, 0.8)],
                columns=["kind", "origin", "accounts", "happened", "expected", "brier", "brier_base", "auc"],
            ),
            "score_parts": pd.DataFrame(
                [("leave", 1, 50, 0.01, 0.02), ("leave", 2, 50, 0.08, 0.07)],
                columns=["kind", "part", "accounts", "expected", "happened"],
            ),
        },
        notes={"stock": ("Covered <i>well</i>.",)},
    )  # fmt: skip


def _quality() -> dict[str, Any]:
    finding = {
        "region": "North",
        "check": "missing_position",
        "severity": "warning",
        "subject_kind": "account",
        "count": 3,
        "share": 0.05,
        "repair": "town",
        "text": "3 accounts had no position and were put in the middle of <their> town.",
    }
    return {
        "summary": {"regions": 2, "accounts": 60, "sales_rows": 3000, "findings": {"info": 0, "warning": 1, "error": 1},
            "repairs": 3, "lowest_quality": 62.0},
        "regions": [
            {"region": name, "accounts": 30, "customers": 26, "prospects": 4, "sales_rows": 1500, "weeks": 52,
             "sales": 123456.0, "findings": 1, "repairs": 3, "quality": score}
            for name, score in (("North", 91.5), ("South & <East>", 62.0))
        ],
        "findings": [finding, {**finding, "region": "South & <East>", "severity": "error", "check": "thin_region"}],
        "repairs_by_rule": [{"rule": "position", "table": "accounts", "count": 3}],
        "repairs": [
            {"rule": "position", "table": "accounts", "id": f"C{i:03d}", "region": "North", "before": "", "after": "2"}
            for i in range(3)
        ],
    }  # fmt: skip
