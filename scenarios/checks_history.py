"""Check weekly history by region: incomplete ends, gaps, thin data, categories that start, stop or jump."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.planes import FloatArray
from scenarios.quality_log import QualityLog
from scenarios.schema import Cleaning

IntArray = NDArray[np.int64]

BESIDE_WEEKS: Final = 12
"""How many weeks beside it a week is compared with; the median stands even when some of them are incomplete too."""
MOST_INCOMPLETE_WEEKS: Final = 8
USUAL_DROP: Final = 0.12
"""A week with this share fewer active accounts than expected, or four times the usual scatter, is incomplete."""
LEAST_ACTIVE: Final = 10
"""Regions with fewer active accounts a week are not judged by themselves."""
OWN_LACK: Final = 0.5
"""A region with less than this share of its usual active accounts in its first or last week lacks data of its own."""
GOOD_PART: Final = 0.25
"""The other regions show whether a week is incomplete everywhere when they hold this share of the active accounts."""
DENSE: Final = 0.8
"""Gaps are looked for in series that sell in at least this share of weeks."""
JUMP: Final = 0.6
"""Change in the log of a category's share of sales that looks like a new coding: 1.8 times the year before."""
SEASON_WEEKS: Final = 52
MOST_WEEKS_BETWEEN: Final = 13
"""Weeks between the last sales and the period that are usual: a quarter is planned before the last one has ended."""
UnknownWeek = tuple[str, str, pd.Timestamp]
"""Region, category and Monday of a week whose sales are not known."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeekTable:
    """Sales added up for the checks."""

    regions: tuple[str, ...]
    categories: tuple[str, ...]
    weeks: pd.DatetimeIndex
    """Consecutive Mondays."""
    active: IntArray
    """Accounts that bought. Shape (regions, weeks)."""
    sales: FloatArray
    """Shape (regions, categories, weeks)."""


def week_table(sales: pd.DataFrame, region_of: pd.Series) -> WeekTable:
    """Add up sales by region, category and week.

    Parameters
    ----------
    sales
        Output of `repair_sales`.
    region_of
        Region by account_id.
    """
    names = [str(name) for name in sales["account_id"].cat.categories]
    region_names = tuple(sorted(set(region_of)))
    code = pd.Index(region_names).get_indexer(pd.Series(names).map(region_of).astype(object))
    account = sales["account_id"].cat.codes.to_numpy(np.int64)
    region = code[account]
    day = sales["week"].to_numpy().astype("datetime64[D]").astype(np.int64)
    week = (day - day.min()) // 7
    n_weeks = int(week.max()) + 1
    categories = tuple(str(name) for name in sales["category"].cat.categories)
    category = sales["category"].cat.codes.to_numpy(np.int64)
    amount = sales["sales"].to_numpy(float)
    keep = region >= 0
    slot = (region * len(categories) + category) * n_weeks + week
    total = np.bincount(slot[keep], amount[keep], len(region_names) * len(categories) * n_weeks)
    bought = np.bincount(account * n_weeks + week, amount, len(names) * n_weeks).reshape(len(names), n_weeks) > 0
    active = np.zeros((len(region_names), n_weeks), dtype=np.int64)
    for index in range(len(region_names)):
        active[index] = bought[code == index].sum(axis=0)
    first = pd.Timestamp(np.datetime64(int(day.min()), "D"))
    return WeekTable(
        regions=region_names,
        categories=categories,
        weeks=pd.date_range(first, periods=n_weeks, freq="7D"),
        active=active,
        sales=total.astype(np.float64).reshape(len(region_names), len(categories), n_weeks),
    )


def incomplete_ends(active: IntArray | FloatArray) -> tuple[int, int]:
    """Count the weeks at the start and at the end that hold clearly fewer active accounts than the weeks beside them.

    At the end the same weeks of other years are looked at too, so that a week of holidays is not taken for an
    incomplete one. At the start it may be: leaving out one week of an old history costs nothing.

    Parameters
    ----------
    active
        Accounts that bought, or sales, by week. Shape (weeks,).
    """
    first = last = 0
    values = np.asarray(active, dtype=float)
    while first < MOST_INCOMPLETE_WEEKS and _is_incomplete(values[first:][::-1], season=False):
        first += 1
    while last < MOST_INCOMPLETE_WEEKS and _is_incomplete(values[first : len(values) - last], season=True):
        last += 1
    return first, last


def _is_incomplete(values: FloatArray, *, season: bool) -> bool:
    """Tell whether the last of the weeks is incomplete against the weeks before."""
    if len(values) < BESIDE_WEEKS + 2:
        return False
    ratios = _ratios_to_weeks_before(values)
    scatter = 1.4826 * float(np.median(np.abs(ratios[-BESIDE_WEEKS - 1 : -1] - 1.0)))
    expected = 1.0
    if season:
        same = [
            np.nanmin(ratios[k - 1 : k + 2])
            for k in range(len(values) - 1 - SEASON_WEEKS, 1, -SEASON_WEEKS)
            if np.isfinite(ratios[k - 1 : k + 2]).any()
        ]
        # without a former year to compare with, only a clear lack counts
        expected = min(1.0, float(np.median(same))) if same else 0.75
    return bool(ratios[-1] < expected * (1.0 - max(USUAL_DROP, 4.0 * scatter)))


def _ratios_to_weeks_before(values: FloatArray) -> FloatArray:
    """Return each week over the median of the BESIDE_WEEKS before it, NaN where there are fewer. Shape (weeks,)."""
    usual = pd.Series(values).rolling(BESIDE_WEEKS).median().shift(1).to_numpy()
    return np.asarray(np.divide(values, usual, out=np.full(len(values), np.nan), where=usual > 0))


def check_ends(table: WeekTable, cleaning: Cleaning, log: QualityLog) -> tuple[slice, list[UnknownWeek]]:
    """Report incomplete first and last weeks; return the weeks to keep and the region-weeks that are not known.

    Returns
    -------
    Slice of complete weeks, and the weeks that are not known, of regions that start later or end earlier than others.
    """
    total = table.active.sum(axis=0)
    first, last = _common_ends(table.active)
    n_weeks = len(table.weeks)
    drop = cleaning.incomplete_weeks == "drop"
    for weeks in (range(first), range(n_weeks - last, n_weeks)):
        for week in weeks:
            usual = np.median(
                total[first : first + BESIDE_WEEKS] if week < first else total[-last - BESIDE_WEEKS : -last]
            )
            day = f"{table.weeks[week]:%Y-%m-%d}"
            text = (
                f"The week of {day} is incomplete ({total[week]:,} accounts bought, usually {usual:,.0f}); "
                f"{'left out' if drop else 'kept'}."
            )
            repair = "incomplete_weeks" if drop else ""
            log.about_region(
                "incomplete_week", "warning", "", text, subject_kind="week", share=1 / n_weeks, repair=repair
            )
            if drop:
                log.repaired("incomplete_weeks", "sales", [day], f"{total[week]} accounts", "dropped", regions=[""])
    if not last:
        usual = np.median(total[-BESIDE_WEEKS - 1 : -1]) if n_weeks > 1 else total[-1]
        text = (
            f"The last week, of {table.weeks[-1]:%Y-%m-%d}, looks complete: {total[-1]:,} accounts bought, "
            f"usually {usual:,.0f}."
        )
        log.about_region("last_week", "info", "", text, subject_kind="week", share=0.0)
    kept = slice(first, n_weeks - last) if drop else slice(0, n_weeks)
    unknown: list[UnknownWeek] = []
    for index, region in enumerate(table.regions):
        active = table.active[index, first : n_weeks - last]
        if not len(active) or np.median(active) < LEAST_ACTIVE:
            continue
        late, early = incomplete_ends(active)
        edges = [*range(first, first + late), *range(n_weeks - last - early, n_weeks - last)]
        if not edges:
            continue
        days = ", ".join(f"{table.weeks[week]:%Y-%m-%d}" for week in edges[:4])
        how = "taken as not known" if drop else "kept"
        text = f"{len(edges)} first or last weeks hold clearly less than usual in this region alone ({days}); {how}."
        log.about_region(
            "incomplete_week_of_region",
            "warning",
            region,
            text.replace("1 first or last weeks hold", "One first or last week holds"),
            subject_kind="week",
            count=len(edges),
            repair="incomplete_weeks" if drop else "",
        )
        if drop:
            names = [f"{region}|{table.weeks[week]:%Y-%m-%d}" for week in edges]
            log.repaired("incomplete_weeks", "sales", names, "incomplete", "not known", regions=[region] * len(edges))
            unknown += [(region, category, table.weeks[week]) for week in edges for category in table.categories]
    return kept, unknown


def _common_ends(active: IntArray) -> tuple[int, int]:
    """Count incomplete weeks of the whole: what some regions lack while a good part goes on does not count."""
    usual = np.median(active, axis=1)
    total = active.sum(axis=0)
    result = []
    for side in (0, -1):
        lacking = (usual >= LEAST_ACTIVE) & (active[:, side] < OWN_LACK * usual)
        rest = active[~lacking].sum(axis=0)
        going_on = np.median(rest) >= max(LEAST_ACTIVE, GOOD_PART * np.median(total))
        result.append(incomplete_ends(rest if going_on else total)[side])
    return result[0], result[1]


def check_gaps(table: WeekTable, kept: slice, cleaning: Cleaning, log: QualityLog) -> list[UnknownWeek]:
    """Report weeks in which a region × category that usually sells shows nothing.

    Returns
    -------
    The gaps, when the rule `history_gaps` says that they were not recorded; else empty.
    """
    known = cleaning.history_gaps == "zero"
    unknown: list[UnknownWeek] = []
    weeks = table.weeks[kept]
    for index, region in enumerate(table.regions):
        sold = table.sales[index][:, kept] > 0
        gaps = np.zeros_like(sold)
        for row in range(len(table.categories)):
            when = np.flatnonzero(sold[row])
            if len(when) and len(when) >= DENSE * (when[-1] - when[0] + 1):
                gaps[row, when[0] : when[-1]] = ~sold[row, when[0] : when[-1]]
        if not gaps.any():
            continue
        count, whole = int(gaps.sum()), int((gaps.any(axis=0) & ~sold.any(axis=0)).sum())
        days = ", ".join(f"{weeks[week]:%Y-%m-%d}" for week in np.flatnonzero(gaps.any(axis=0))[:4])
        how = "taken as true zeros" if known else "taken as not recorded"
        cells = "one category-week" if count == 1 else f"{count} category-weeks"
        everything = f", {whole} of these weeks without any sales" if whole else ""
        text = f"Nothing was sold in {cells} between active ones (around {days}){everything}; {how}."
        log.about_region(
            "history_gap",
            "warning",
            region,
            text,
            subject_kind="category-week",
            count=count,
            share=count / sold.size,
            repair="" if known else "history_gaps",
        )
        if not known:
            pairs = [(table.categories[row], weeks[week]) for row, week in np.argwhere(gaps)]
            names = [f"{region}|{category}|{week:%Y-%m-%d}" for category, week in pairs]
            log.repaired("history_gaps", "sales", names, "nothing", "not known", regions=[region] * len(names))
            unknown += [(region, category, week) for category, week in pairs]
    return unknown


def check_thin(table: WeekTable, kept: slice, log: QualityLog) -> list[UnknownWeek]:
    """Report regions with too little history or too few active accounts to learn from.

    Returns
    -------
    The weeks before a region's first sale, which are not known rather than zero.
    """
    unknown: list[UnknownWeek] = []
    weeks = table.weeks[kept]
    for index, region in enumerate(table.regions):
        active = table.active[index, kept]
        when = np.flatnonzero(active)
        if not len(when):
            text = "No sales at all in this region; its forecast comes from the whole."
            log.about_region("no_sales", "error", region, text, subject_kind="week", share=1.0)
            continue
        span = int(when[-1] - when[0] + 1)
        unknown += [(region, category, week) for week in weeks[: when[0]] for category in table.categories]
        if when[0] > MOST_INCOMPLETE_WEEKS:
            text = f"History starts in the week of {weeks[when[0]]:%Y-%m-%d}; the {when[0]} weeks before are not known."
            share = float(when[0]) / len(weeks)
            log.about_region("late_start", "info", region, text, subject_kind="week", count=int(when[0]), share=share)
        if span < 2 * SEASON_WEEKS:
            text = f"Only {span} weeks of history, less than two years: too few to learn the season from this region."
            log.about_region("short_history", "warning", region, text, subject_kind="week", share=1 - span / 104)
        if len(active) - 1 - when[-1] > MOST_INCOMPLETE_WEEKS:
            text = f"No sales since the week of {weeks[when[-1]]:%Y-%m-%d}, while other regions go on."
            log.about_region("region_stopped", "error", region, text, subject_kind="week", share=1.0)
        usual = float(np.median(active[when]))
        if usual < LEAST_ACTIVE:
            text = f"Thin data: only {usual:.0f} accounts buy in a usual week, so the forecast leans on the whole."
            log.about_region("thin_data", "warning", region, text, subject_kind="week", share=0.25)
    return unknown


def check_up_to_date(last_week: pd.Timestamp, period_start: dt.date, log: QualityLog) -> None:
    """Report sales that end long before the period begins: the forecast has to reach over the weeks between."""
    weeks = (pd.Timestamp(period_start) - last_week).days // 7 - 1
    if weeks > MOST_WEEKS_BETWEEN:
        text = f"Sales end in the week of {last_week:%Y-%m-%d}, {weeks} weeks before the period begins: are the latest "
        text += "sales missing, or is the period's year right? The forecast grows less sure with every week between."
        log.about_region("sales_end_early", "warning", "", text, subject_kind="week", count=weeks, share=0.5)


def check_categories(table: WeekTable, kept: slice, log: QualityLog) -> None:
    """Report categories that start or stop inside the history, or whose share of sales jumps (a new coding)."""
    total = table.sales[:, :, kept].sum(axis=0)
    weeks = table.weeks[kept]
    all_sales = total.sum(axis=0)
    for row, category in enumerate(table.categories):
        when = np.flatnonzero(total[row] > 0)
        if not len(when):
            continue
        for late, verb, week in (
            (when[0] > MOST_INCOMPLETE_WEEKS, "starts", when[0]),
            (len(weeks) - 1 - when[-1] > MOST_INCOMPLETE_WEEKS, "stops", when[-1]),
        ):
            if late:
                text = (
                    f"Category {category} {verb} in the week of {weeks[week]:%Y-%m-%d}: new, given up, or coded anew?"
                )
                log.about_region(f"category_{verb}", "info", "", text, subject_kind="category")
        share = np.where(all_sales > 0, total[row] / np.maximum(all_sales, 1e-9), np.nan)
        jump, week = _largest_jump(share)
        if abs(jump) > JUMP:
            verb = "rises" if jump > 0 else "falls"
            text = (
                f"Category {category} {verb} to {np.exp(jump):.1f} times its share of sales "
                f"around the week of {weeks[week]:%Y-%m-%d}, against the year before: coded anew?"
            )
            log.about_region("category_jump", "info", "", text, subject_kind="category")


def _largest_jump(share: FloatArray) -> tuple[float, int]:
    """Return the largest step of the log share against the year before, quarter against quarter, and its week."""
    if len(share) < SEASON_WEEKS + 26:
        return 0.0, 0
    positive = pd.Series(share).where(share > 0)
    yearly = pd.Series(np.log((positive / positive.shift(SEASON_WEEKS)).to_numpy(float)))
    quarter = yearly.rolling(13, min_periods=10).median()
    step = (quarter.shift(-13) - quarter).to_numpy()
    if not np.isfinite(step).any():
        return 0.0, 0
    week = int(np.nanargmax(np.abs(step)))
    return float(step[week]), min(week + 1, len(share) - 1)
