"""Lay sales that came since a forecast out by its regions and weeks."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from forecasting.forecast import ACTUAL
from forecasting.history import Forecast
from scenarios.checking import CheckedData, check_data
from scenarios.faults import Fault, ScenarioError
from scenarios.loaded import LoadedScenario
from scenarios.quality_log import QualityLog
from scenarios.recoding import steps_of
from scenarios.repairs_sales import repair_sales
from scenarios.successors import with_successors
from scenarios.suggest import did_you_mean, missing_file, one_of
from scenarios.table_files import SUFFIXES
from scenarios.tables import read_more_sales, read_tables

OPTION: Final = "--actuals"
HALF: Final = 0.5
"""A last week in which fewer than half as many accounts bought as in the week before has not ended."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Actuals:
    """Sales that came in the weeks of a forecast."""

    forecast: pd.DataFrame
    """region, week, p10, p50, p90 (currency): weeks that were still to come when the forecast was made."""
    sales: pd.DataFrame
    """region, category, week, sales (currency): weeks of the forecast that the file holds, regions that it has sales
    of."""
    notes: tuple[str, ...]
    """What was left aside, in sentences."""
    data: CheckedData
    """The scenario's tables."""


def compare_weeks(forecast: Forecast, path: Path, loaded: LoadedScenario) -> Actuals:
    """Read the sales that came and keep those of the weeks that were forecast.

    Returns are netted, doubles and extreme weeks are treated by the scenario's rules under `cleaning`, together with
    the sales from before.

    Raises
    ------
    ScenarioError
        When the file is missing, empty or of another form, holds no week of the forecast, or a region that the forecast
        does not know.
    """
    if not path.is_file():
        raise _fault(path, missing_file(path, SUFFIXES))
    came = read_more_sales(path, loaded)
    ahead = _ahead(forecast)
    last_known = forecast.history["week"].max()
    inside = came["week"].isin(ahead["week"])
    if not inside.any():
        raise _fault(path, _outside(came, ahead))
    tables = read_tables(loaded)
    cleaning = loaded.scenario.cleaning.model_copy(update={"closed_after_weeks": 0})
    data = check_data(tables, loaded.scenario.model_copy(update={"cleaning": cleaning}))
    before = with_successors(tables.sales[(tables.sales["week"] <= last_known).to_numpy()], data.successor)
    came = with_successors(came, data.successor)
    inside = came["week"].isin(ahead["week"])
    both = pd.concat([_plain(before), _plain(came[(came["week"] > last_known).to_numpy()])], ignore_index=True)
    rows = both.astype({"account_id": "category", "category": "category"})
    ids = data.accounts["account_id"].tolist()
    known = came["account_id"].isin(ids) & inside
    recoded = steps_of(tables.categories)
    cleaned, faults = repair_sales(rows, ids, cleaning, QualityLog(), file=str(path), recoded=recoded)
    if faults:
        raise ScenarioError(faults)
    weeks, note = _ended_weeks(came[known])
    sales = _by_region(cleaned, data, weeks)
    strange = sorted(set(sales["region"]) - set(ahead["region"]))
    if strange:
        names = ", ".join(sorted(set(ahead["region"])))
        text = f"holds sales of {', '.join(strange)}, but the forecast is one of {names}; run the scenario anew first"
        raise _fault(path, text)
    known_categories = sorted(set(forecast.table["category"].astype(str)))
    notes = [*note, *_left_aside(came, inside, ids), *_silent_regions(sales, ahead), *_lacking_weeks(weeks, ahead)]
    notes += _other_categories(sales, known_categories)
    return Actuals(forecast=ahead, sales=sales, notes=tuple(notes), data=data)


def _plain(sales: pd.DataFrame) -> pd.DataFrame:
    """Write categories as text, so that tables can be put one below the other."""
    return sales.astype({"account_id": str, "category": str})


def _fault(path: Path, text: str) -> ScenarioError:
    return ScenarioError([Fault(file=str(path), key=OPTION, message=text)])


def _ahead(forecast: Forecast) -> pd.DataFrame:
    """Keep the regions' weeks that were not known yet."""
    to_come = forecast.table.loc[forecast.table["model"] != ACTUAL, "week"].unique()
    levels = forecast.levels[(forecast.levels["level"] == "region").to_numpy()]
    return levels.loc[levels["week"].isin(to_come), ["region", "week", "p10", "p50", "p90"]].reset_index(drop=True)


def _outside(came: pd.DataFrame, ahead: pd.DataFrame) -> str:
    """Say that no week fits."""
    there = f"the file's weeks go from {came['week'].min():%Y-%m-%d} to {came['week'].max():%Y-%m-%d}"
    if ahead.empty:
        return f"{there}, but every week of the run's planning period was known already: nothing was forecast"
    wanted = f"from {ahead['week'].min():%Y-%m-%d} to {ahead['week'].max():%Y-%m-%d}"
    return f"holds no week of the forecast: {there}, the forecast {wanted}"


def _ended_weeks(came: pd.DataFrame) -> tuple[list[pd.Timestamp], list[str]]:
    """Give the weeks of the file; the last is left aside when it clearly has not ended."""
    active = came[(came["sales"] > 0).to_numpy()].astype({"account_id": str}).groupby("week")["account_id"].nunique()
    weeks = list(active.index)
    if len(weeks) > 1 and active.iloc[-1] < HALF * active.iloc[-2]:
        return weeks[:-1], [f"The week of {weeks[-1]:%Y-%m-%d} does not seem to have ended; left aside."]
    return weeks, []


def _by_region(sales: pd.DataFrame, data: CheckedData, weeks: list[pd.Timestamp]) -> pd.DataFrame:
    """Add up by region, category and week; a region that sold in one of the weeks sold 0 in those without a row."""
    region = sales["account_id"].astype(object).map(data.accounts.set_index("account_id")["region"])
    inside = sales.assign(region=region.astype(object))[sales["week"].isin(weeks).to_numpy()]
    keys = ["region", "category", "week"]
    sums = inside.astype({"category": str}).groupby(keys)["sales_capped"].sum()
    names, categories = (sorted(set(inside[key].astype(str))) for key in keys[:2])
    grid = pd.MultiIndex.from_product([names, categories, weeks], names=keys)
    return sums.reindex(grid, fill_value=0.0).round(2).rename("sales").reset_index()


def _left_aside(came: pd.DataFrame, inside: pd.Series, ids: list[str]) -> list[str]:
    """Count rows outside the forecast's weeks and rows of unknown accounts."""
    notes = []
    if not inside.all():
        notes.append(f"{np.sum(~inside):,} rows of weeks that were not forecast; left aside.")
    unknown = inside & ~came["account_id"].isin(ids)
    if unknown.any():
        accounts = came.loc[unknown, "account_id"].nunique()
        amount = came.loc[unknown, "sales"].sum()
        notes.append(
            f"{unknown.sum():,} rows ({amount:,.0f}) of {accounts:,} accounts that are not planned for; left aside. "
            "Add new accounts to the accounts table."
        )
    return notes


def _lacking_weeks(weeks: list[pd.Timestamp], ahead: pd.DataFrame) -> list[str]:
    """Name weeks of the forecast between those of the file that the file says nothing about."""
    between = sorted(week for week in ahead["week"].unique() if weeks[0] < week < weeks[-1] and week not in weeks)
    named = ", ".join(f"{week:%Y-%m-%d}" for week in between)
    return [f"No sales in the file for weeks in between: {named}; not judged."] if between else []


def _other_categories(sales: pd.DataFrame, known: list[str]) -> list[str]:
    """Name categories that the forecast does not know, with what they may have been meant to be, and those not sold."""
    sold = sales.groupby("category")["sales"].sum()
    strange = [name for name in sold.index.astype(str) if name not in known]
    notes = [
        f"{name} is no category of the forecast{did_you_mean(name, known) or '.'} Its {sold[name]:,.0f} count in the "
        "regions."
        for name in strange
    ]
    absent = [name for name in known if name not in sold.index]
    return notes + ([f"No sales of {one_of(absent, word='and')} in the file: all counted as 0."] if absent else [])


def _silent_regions(sales: pd.DataFrame, ahead: pd.DataFrame) -> list[str]:
    """Name regions that the file says nothing about."""
    silent = sorted(set(ahead["region"]) - set(sales["region"]))
    return [f"No sales of {', '.join(silent)} in the file; not judged."] if silent else []
