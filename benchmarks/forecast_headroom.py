"""Backtest headroom on Iowa: whether what was called promising at the end of 2019 grew more by 2021 than the rest.

Everything that calls them promising is known by 29 December 2019: expected sales of 2020 are those of the same weeks of
2019, shared out and compared with their likes as in a run (`forecasting.potential`), segments by sales of 2019 with the
shares of `scenarios/iowa.yaml`. Promising is the quarter with the most headroom for each unit of expected sales, and so
are the quarters of the peers: growth of 2019 over 2018, and the least sales within the segment, which shows how much of
a lift is small accounts coming back to the mean. Growth is sales of January to October 2021 over the same weeks of
2019; an account that closed sold nothing and counts. Lift is the growth of the promising less that of the rest; its
interval holds 95 % of 2,000 draws with replacement among either. Matched lift compares within segments (accounts
only).
"""

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.history import Forecast
from forecasting.potential import share_out_potential
from forecasting.selection import no_scores

Array = NDArray[np.float64]
Groups = NDArray[np.object_]
KNOWN_UNTIL = pd.Timestamp("2019-12-23")
"""Monday of the last week that is known."""
AFTER = pd.Timestamp("2021-01-04"), pd.Timestamp("2021-10-18")
"""First and last Monday of the weeks in which growth is measured."""
BEFORE = AFTER[0] - pd.Timedelta(weeks=105), AFTER[1] - pd.Timedelta(weeks=105)
"""The weeks of 2019 that they are compared with: at the same place in the year to a day or two."""
SEGMENTS = (("XL", 0.05), ("K", 0.15), ("A", 0.25), ("B", 0.30), ("C", 0.17), ("D", 1.0))
PROMISING_SHARE = 0.25
DRAWS = 2000
HEADROOM_SHARE, HEADROOM_QUANTILE = 0.3, 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """How much more the promising grew."""

    set: str
    called_by: str
    promising: int
    rest: int
    growth_promising: float
    growth_rest: float
    lift: float
    low: float
    high: float
    matched_lift: float

    def as_dict(self) -> dict[str, str | int | float]:
        """Give plain data, rounded for reading; a lift that cannot be matched is left out."""
        plain = {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(self).items()}
        return {
            name: value for name, value in plain.items() if name != "matched_lift" or np.isfinite(self.matched_lift)
        }


def headroom_lifts(folder: Path, *, seed: int = 1) -> list[Lift]:
    """Measure the lift of accounts and towns of the Iowa case."""
    accounts, sales = _read(folder)
    table = accounts.join(_amounts(sales), on="account_id").fillna(
        {"past": 0.0, "before": 0.0, "year": 0.0, "after": 0.0}
    )
    table = table[(table["before"] > 0).to_numpy() & (table["year"] > 0).to_numpy()].reset_index(drop=True)
    table["segment"] = _segments(table["year"].to_numpy(np.float64))
    potential = _potential(table, sales)
    table["headroom"] = potential["headroom"].to_numpy()
    table["expected"] = potential["baseline"].to_numpy()
    towns = table.groupby("city", sort=True)[["headroom", "expected", "past", "before", "year", "after"]].sum()
    typical = table.groupby("segment")["year"].transform("median")
    random = np.random.default_rng(seed)
    lifts = []
    for name, rows in (("accounts", table), ("towns", towns)):
        calls = {
            "headroom": rows["headroom"] / rows["expected"].clip(lower=1.0),
            "growth in 2019": rows["year"] / rows["past"].clip(lower=1.0),
        }
        if name == "accounts":
            calls["least sales of its segment"] = typical / rows["year"]
        groups = table["segment"].to_numpy() if name == "accounts" else None
        lifts += [_lift(name, call, score.to_numpy(float), rows, groups, random) for call, score in calls.items()]
    return lifts


def print_lifts(lifts: list[Lift]) -> None:
    """Print a line per set and call."""
    heads = f"{'called promising by':<28}{'promising':>10}{'rest':>7}{'growth':>9}{'of rest':>9}{'lift':>8}"
    for name in dict.fromkeys(lift.set for lift in lifts):
        print(f"\n{name}\n{heads}   95 % interval     matched")
        for lift in (lift for lift in lifts if lift.set == name):
            matched = f"{lift.matched_lift:+.1%}" if np.isfinite(lift.matched_lift) else ""
            growth = f"{lift.growth_promising:>+9.1%}{lift.growth_rest:>+9.1%}{lift.lift:>+8.1%}"
            interval = f"{lift.low:+.1%} to {lift.high:+.1%}"
            print(f"{lift.called_by:<28}{lift.promising:>10,}{lift.rest:>7,}{growth}   {interval}   {matched}".rstrip())


def _read(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read accounts with their region, and sales of all weeks."""
    accounts = pd.read_csv(folder / "accounts.csv", dtype={"account_id": str, "fips": str})
    alignment = pd.read_csv(folder / "current_alignment.csv", dtype=str, usecols=["fips", "region"])
    accounts = accounts.merge(alignment, on="fips", how="inner")[["account_id", "city", "region"]]
    sales = pd.read_parquet(folder / "sales_week.parquet", columns=["account_id", "week", "category", "dollars"])
    ids = sales["account_id"].astype(str).astype("category")
    return accounts, sales.assign(account_id=ids, sales=np.maximum(sales["dollars"].to_numpy(np.float64), 0.0))


def _amounts(sales: pd.DataFrame) -> pd.DataFrame:
    """Sum sales by account: 2018 (`past`), 2019 (`year`), the compared weeks of 2019 (`before`) and 2021 (`after`)."""
    year = KNOWN_UNTIL - pd.Timedelta(weeks=51), KNOWN_UNTIL
    past = year[0] - pd.Timedelta(weeks=52), KNOWN_UNTIL - pd.Timedelta(weeks=52)
    parts = {
        name: sales[sales["week"].between(*span)].groupby("account_id", observed=True)["sales"].sum()
        for name, span in (("past", past), ("year", year), ("before", BEFORE), ("after", AFTER))
    }
    table = pd.DataFrame(parts)
    table.index = table.index.astype(str)
    return table


def _segments(year: Array) -> NDArray[np.str_]:
    """Give the largest accounts the first segments, by their share of all sales. Shape (accounts,)."""
    order = np.argsort(-year, kind="stable")
    reached = np.cumsum(year[order]) / year.sum()
    ends = np.cumsum([share for _, share in SEGMENTS])
    place = np.minimum(np.searchsorted(ends, reached), len(SEGMENTS) - 1)
    names = np.empty(len(year), dtype="<U2")
    names[order] = np.array([name for name, _ in SEGMENTS])[place]
    return names


def _potential(accounts: pd.DataFrame, sales: pd.DataFrame) -> pd.DataFrame:
    """Share out the sales of 2019 as the forecast of 2020, and find headroom, as a run does."""
    known = sales[(sales["week"] <= KNOWN_UNTIL) & sales["account_id"].isin(accounts["account_id"])]
    region = accounts.set_index("account_id")["region"]
    recent = known[known["week"] > KNOWN_UNTIL - pd.Timedelta(weeks=52)]
    named = recent.assign(region=recent["account_id"].astype(str).map(region))
    sums = named.groupby(["region", "category", "week"], observed=True)["sales"].sum().reset_index()
    table = sums.rename(columns={"sales": "p50"}).assign(
        week=sums["week"] + pd.Timedelta(weeks=52), p10=lambda t: 0.8 * t["p50"], p90=lambda t: 1.2 * t["p50"]
    )
    forecast = Forecast(table=table.assign(model="last year"), scores=no_scores(), history=sums, notes=())
    return share_out_potential(
        forecast,
        known[["account_id", "category", "week", "sales"]],
        accounts[["account_id", "region", "segment"]],
        period_start=date(2019, 12, 30),
        period_end=date(2020, 12, 27),
        headroom_share=HEADROOM_SHARE,
        headroom_quantile=HEADROOM_QUANTILE,
    )


def _lift(  # noqa: PLR0917 - read like the table it fills
    name: str, call: str, score: Array, rows: pd.DataFrame, groups: Groups | None, random: np.random.Generator
) -> Lift:  # fmt: skip
    """Measure the lift of the quarter with the highest scores."""
    before, after = rows["before"].to_numpy(np.float64), rows["after"].to_numpy(np.float64)
    chosen = np.zeros(len(score), dtype=bool)
    chosen[np.argsort(-score, kind="stable")[: round(PROMISING_SHARE * len(score))]] = True
    sides = np.flatnonzero(chosen), np.flatnonzero(~chosen)
    draws = []
    for _ in range(DRAWS):
        one, other = (side[random.integers(0, len(side), len(side))] for side in sides)
        draws.append(after[one].sum() / before[one].sum() - after[other].sum() / before[other].sum())
    low, high = np.quantile(draws, [0.025, 0.975])
    matched = float("nan")
    if groups is not None:
        parts = [(groups == group) for group in sorted(set(groups.tolist()))]
        both = [part for part in parts if before[part & chosen].sum() > 0 and before[part & ~chosen].sum() > 0]
        weight = np.array([before[part & chosen].sum() for part in both])
        matched = float(np.average([_difference(before[p], after[p], chosen[p]) for p in both], weights=weight))
    return Lift(
        set=name,
        called_by=call,
        promising=int(chosen.sum()),
        rest=int((~chosen).sum()),
        growth_promising=float(after[chosen].sum() / before[chosen].sum() - 1),
        growth_rest=float(after[~chosen].sum() / before[~chosen].sum() - 1),
        lift=_difference(before, after, chosen),
        low=float(low),
        high=float(high),
        matched_lift=matched,
    )


def _difference(before: Array, after: Array, chosen: NDArray[np.bool_]) -> float:
    """Growth of the chosen less that of the rest."""
    return float(after[chosen].sum() / before[chosen].sum() - after[~chosen].sum() / before[~chosen].sum())
