"""Book the past of merged, renamed and split product lines under the categories that took their place."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from scenarios.quality_log import QualityLog

KEYS: Final = ["account_id", "category", "week"]
ALWAYS: Final = pd.Timestamp("2200-12-31")
"""From when a row without a day holds: sales of every week are from before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What became of one category on one day."""

    category: str
    heirs: tuple[tuple[str, float], ...]
    """Categories that took its place, and the share of its sales that each takes over; shares sum to 1."""
    since: pd.Timestamp
    """Day from which the new categories hold, `ALWAYS` for a row without one."""


def steps_of(categories: pd.DataFrame | None) -> tuple[Step, ...]:
    """Order the table of categories by day, then by category.

    Parameters
    ----------
    categories
        Columns CATEGORY_COLUMNS, or None.
    """
    if categories is None:
        return ()
    rows = categories.assign(since=categories["valid_from"].fillna(ALWAYS)).sort_values(
        ["since", "category", "becomes"], kind="stable"
    )
    return tuple(
        Step(
            category=str(name),
            heirs=tuple(zip(part["becomes"].astype(str), part["share"].astype(float), strict=True)),
            since=pd.Timestamp(str(since)),
        )
        for (since, name), part in rows.groupby(["since", "category"], sort=True)
    )


def rebook(rows: pd.DataFrame, steps: tuple[Step, ...], log: QualityLog) -> pd.DataFrame:
    """Book sales from before each step under its heirs by their shares; later sales stay as they are written.

    A category that is merged, renamed or split several times goes through all its steps, day by day. What an account
    bought of several merged categories in a week is added up; sums over all categories stay.

    Parameters
    ----------
    rows
        Columns account_id and category (categorical), week, sales; one row per account, category and week.
    log
        Takes a finding and a repair for each step, and what still uses a name that was given up.

    Returns
    -------
    The same columns, categories sorted by name, sorted by account, category and week.
    """
    if not steps or not len(rows):
        return rows
    names = sorted({*map(str, rows["category"].cat.categories), *(name for step in steps for name, _ in step.heirs)})
    rows = rows.assign(category=rows["category"].cat.set_categories(names))
    for since in dict.fromkeys(step.since for step in steps):
        rows = _on_one_day(rows, [step for step in steps if step.since == since], log)
    rows = _added_up(rows)
    return rows.assign(category=rows["category"].cat.remove_unused_categories())


def events_of_today(events: pd.DataFrame, steps: tuple[Step, ...]) -> pd.DataFrame:
    """Let events of a former category touch its heirs, one row for each; those that began later stay."""
    for step in steps:
        former = ((events["category"] == step.category) & (events["start"] < step.since)).to_numpy()
        if former.any():
            moved = [events[former].assign(category=name) for name, _ in step.heirs]
            events = pd.concat([events[~former], *moved], ignore_index=True)
    return events


def _on_one_day(rows: pd.DataFrame, steps: list[Step], log: QualityLog) -> pd.DataFrame:
    """Take the steps of one day, all at once."""
    names = rows["category"].cat.categories
    code, week = rows["category"].cat.codes.to_numpy(), rows["week"].to_numpy()
    moving = np.zeros(len(rows), dtype=bool)
    parts = []
    for step in steps:
        own = code == names.get_loc(step.category) if step.category in names else np.zeros(len(rows), dtype=bool)
        before = own & (week < np.datetime64(step.since))
        moving |= before
        for name, share in step.heirs:
            part = rows[before]
            heir = pd.Categorical.from_codes(np.full(len(part), names.get_loc(name), dtype=np.int64), categories=names)
            parts.append(part.assign(category=heir, sales=part["sales"].to_numpy(float) * share))
        _tell(step, rows["sales"].to_numpy(float)[before], int((own & ~before).sum()), log)
    return pd.concat([rows[~moving], *parts], ignore_index=True)


def _tell(step: Step, amounts: np.ndarray, later: int, log: QualityLog) -> None:
    """Count what a step moved, and what still uses the name."""
    heirs = ", ".join(name if share == 1 else f"{name} ({share:.1%})" for name, share in step.heirs)
    on = "" if step.since == ALWAYS else f" on {step.since:%Y-%m-%d}"
    text = f"Category {step.category} became {heirs}{on}; {len(amounts):,} sales rows of before count there now."
    log.about_region("recoded_category", "info", "", text, subject_kind="category", repair="categories")
    moved = f"{len(amounts)} rows, {amounts.sum():.2f}"
    log.repaired("categories", "sales", [step.category], [moved], [heirs], regions=[""])
    if later and step.category not in dict(step.heirs):
        text = (
            f"{later:,} sales rows still name category {step.category}, given up on {step.since:%Y-%m-%d}; kept under "
            "that name. Leave valid_from empty to have them join."
        )
        log.about_region("given_up_category", "warning", "", text, subject_kind="category")


def _added_up(rows: pd.DataFrame) -> pd.DataFrame:
    """Sort by account, category and week, and add up rows that are equal in all three."""
    account, category = (rows[name].cat.codes.to_numpy(np.int64) for name in KEYS[:2])
    order = np.lexsort((rows["week"].to_numpy(), category, account))
    rows = rows.iloc[order]
    keys = (account[order], category[order], rows["week"].to_numpy())
    first = np.concatenate([[True], np.logical_or.reduce([key[1:] != key[:-1] for key in keys])])
    group = np.cumsum(first) - 1
    return rows[first].assign(sales=np.bincount(group, rows["sales"].to_numpy(float))).reset_index(drop=True)


def chained(categories: pd.DataFrame) -> Iterator[tuple[int, str]]:
    """Give the rows whose heir gives way to another on the same day, and that heir's heir."""
    since = categories["valid_from"].fillna(ALWAYS)
    lines = list(zip(since, categories["category"].astype(str), categories["becomes"].astype(str), strict=True))
    staying = {(day, name) for day, name, heir in lines if name == heir}
    heir_of = {(day, name): heir for day, name, heir in lines if (day, name) not in staying}
    for row, (day, name, heir) in enumerate(lines):
        if name != heir and (day, heir) in heir_of:
            yield row, heir_of[day, heir]
