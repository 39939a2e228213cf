"""Say why the forecast differs from last year: exact parts per region × category that sum to the forecast."""

from collections.abc import Sequence
from itertools import product
from operator import itemgetter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.backtest import Made
from forecasting.event_effects import WithoutEvents
from forecasting.features import KEY
from forecasting.hierarchy import ALL as EVERY
from forecasting.history import DRIVER_COLUMNS, SalesHistory, no_drivers
from forecasting.models.boosting import Explanation, GlobalBoosting
from forecasting.models.seasonal_naive import SeasonalNaive
from forecasting.panel import Panel
from forecasting.series import SERIES, series_of
from forecasting.shifted_holidays import OnItsHolidays

Array = NDArray[np.float64]
LAST_YEAR = "last year"
TREND, SEASON, CALENDAR, HOLIDAYS, REGION, EVENTS = "trend", "season", "calendar", "holidays", "region", "events"
OTHERS, AGREEMENT = "other models", "agreement of sums"
GROUPS = (LAST_YEAR, TREND, SEASON, CALENDAR, HOLIDAYS, REGION, EVENTS, OTHERS, AGREEMENT)
"""In the order of the table, series that are given after the events; all contributions sum to the forecast."""
WORDS = {
    TREND: "level and trend",
    SEASON: "season",
    CALENDAR: "working days and turn of the month",
    HOLIDAYS: "holidays",
    REGION: "the region and category themselves",
    EVENTS: "events",
    OTHERS: "what Theta and smoothing see otherwise",
    AGREEMENT: "agreement of all sums",
}
SMALLEST_SHARE = 0.005
"""Contributions under half a percent of last year are not put into words."""
MOST_REASONS = 3


def drivers_of(
    panel: Panel,
    made: Made,
    models: Sequence[str],
    steps: NDArray[np.int64],
    *,
    history: SalesHistory,
    boosting: GlobalBoosting | None,
) -> pd.DataFrame:
    """Take the forecast of every region × category, region, category and the total apart.

    *last year*: the same weeks of last year. *trend*, *season*, *calendar*, *holidays*, *region*, *events*: what
    LightGBM adds, by exact TreeSHAP (Lundberg et al. 2020), its starting point counting as trend, by its part in the
    average of models; each series that is given has a group of its own, "series" and its name. What the other models
    of the average take from last year's holidays for those of this year (see `forecasting.shifted_holidays`) is with
    the holidays, by their part, and what events do beyond chance (see `forecasting.event_effects`), this year less last
    year, with the events, whole. *other models*: the rest of their distance, and what holding the trees at 0 takes.
    *agreement of sums*: what reconciliation changed. Sums over regions or categories are those of their parts.

    Parameters
    ----------
    models
        Name of the model of each node.
    boosting
        The trees that forecast, if they took part.
    steps
        Steps ahead that the planning period holds, from 0. Shape (weeks,).

    Returns
    -------
    Columns of `DRIVER_COLUMNS`; contribution in currency over the weeks, share of last year's sales (NaN without any);
    words are the same for all rows of a node, "" stands for all regions or all categories. Nodes come in their order,
    groups in that of `GROUPS`.
    """
    if not len(steps):
        return no_drivers()
    bottom = panel.hierarchy.bottom
    used = any(GlobalBoosting.name in name.split(" + ") for name in models[:bottom])
    explained = boosting.explain(made.panel) if boosting is not None and used else None
    served, last_year = made.served(models), SeasonalNaive().forecast(panel)
    calm = SeasonalNaive().forecast(made.panel)
    moved = OnItsHolidays(SeasonalNaive()).forecast(made.panel)[:bottom] - calm[:bottom]
    factor = np.ones_like(calm) if made.events is None else made.events.factor
    kinds = sorted({kind for name in panel.names if (kind := _kind_of(name))})
    by_kind = np.zeros((len(kinds), bottom))
    given = tuple(sorted({*panel.seen_names, *(name for name in panel.names if name.startswith(SERIES))}))
    groups = (*GROUPS[:7], *given, *GROUPS[7:])
    parts = np.zeros((len(groups), bottom, panel.horizon))
    parts[0] = last_year[:bottom]
    usual = np.stack([made.apart[name][node] for node, name in enumerate(models[:bottom])]) / factor[:bottom]
    for node, name in enumerate(models[:bottom]):
        members = name.split(" + ")
        own = np.zeros((len(groups) - 3, panel.horizon))
        others = 1.0
        if explained is not None and GlobalBoosting.name in members and explained.explained[node]:
            own = _grouped(explained, node, calm[node], groups[1:-2]) / len(members)
            others -= 1 / len(members)
            for number, feature in enumerate(explained.names):
                if kind := _kind_of(feature):
                    by_kind[kinds.index(kind), node] += explained.parts[node, steps, number].sum()
        own[GROUPS.index(HOLIDAYS) - 1] += others * moved[node]
        parts[-2, node] = usual[node] - calm[node] - own.sum(axis=0)
        own[GROUPS.index(EVENTS) - 1] += usual[node] * (factor[node] - 1) + calm[node] - last_year[node]
        parts[1:-2, node] = own
        parts[-1, node] = served[node] - usual[node] * factor[node]
    if made.events is not None:
        for kind, added in zip(made.events.effects.kinds, _by_events(made.events, usual, calm, steps), strict=True):
            by_kind[kinds.index(kind)] += added
    sums = parts[:, :, steps].sum(axis=2)
    summing = panel.hierarchy.summing.T
    amounts = by_kind @ summing
    total = sums @ summing
    largest = [_largest(kinds, amounts[:, node], total[0, node]) for node in range(summing.shape[1])]
    return _table(total, groups, panel, history, largest)


def _largest(kinds: Sequence[str], amounts: Array, last_year: float) -> str:
    """Name the kinds of events that make half a percent of last year, the largest first, at least one where any is."""
    order = [row for row in np.argsort(-np.abs(amounts), kind="stable") if amounts[row] != 0.0]
    large = [row for row in order if abs(amounts[row]) >= SMALLEST_SHARE * last_year]
    return ", ".join(kinds[row] for row in (large or order[:1])[:MOST_REASONS])


def _by_events(events: WithoutEvents, usual: Array, calm: Array, steps: NDArray[np.int64]) -> Array:
    """Give what events of each kind add to the weeks, less what they added to the same weeks of last year.

    Shape (kinds, bottom).
    """
    effects, panel = events.effects, events.panel
    last = panel.past - 1
    before = np.array([panel.rhythm.same_season_index(last + int(step) + 1, last) for step in steps])
    change = effects.change
    now, then = (change[:, rows] for rows in (last + 1 + steps, np.maximum(before, 0)))
    then = np.where((before >= 0)[None, :, None], then, 0.0)
    weeks = usual[:, steps, None] * now - calm[: len(usual)][:, steps, None] * then
    return np.asarray(weeks.sum(axis=1).T)


def group_of(feature: str) -> str:
    """Give the group that a feature belongs to."""
    if feature.startswith("event "):
        return EVENTS
    if "holidays" in feature or feature.startswith("easter"):
        return HOLIDAYS
    if feature.startswith(("working_days", "month_")) or feature.split(" ", maxsplit=1)[0].endswith("days"):
        return CALENDAR
    if feature.startswith(KEY) or feature == "node level":
        return REGION
    if feature.startswith(("season", "place", "step")):
        return SEASON
    return TREND


def _kind_of(feature: str) -> str:
    """Give the kind of event that a feature tells of, "" for none."""
    if not feature.startswith("event "):
        return ""
    kind = feature.removeprefix("event ")
    for suffix in (" against season", " before", " after"):
        kind = kind.removesuffix(suffix)
    return kind


def _grouped(explained: Explanation, node: int, last_year: Array, groups: tuple[str, ...]) -> Array:
    """Sum the parts of one node by group, the starting point's distance from last year as trend.

    Shape (groups, horizon).
    """
    given = tuple(name for name in groups if name.startswith(SERIES))
    result = np.zeros((len(groups), len(last_year)))
    result[0] = explained.base[node] - last_year + explained.parts[node, :, -1]
    for number, name in enumerate(explained.names):
        result[groups.index(series_of(name, given) or group_of(name))] += explained.parts[node, :, number]
    return result


def _table(
    sums: Array, groups: tuple[str, ...], panel: Panel, history: SalesHistory, kinds: Sequence[str]
) -> pd.DataFrame:
    """Lay out the contributions, shape (groups, nodes), as a table with words; `kinds` names its main events."""
    regions, categories = (*history.regions, ""), (*history.categories, "")  # code -1 is the last one
    pairs = list(product((*range(len(regions) - 1), EVERY), (*range(len(categories) - 1), EVERY)))
    rows = []
    # where there is one region or one category alone, one node is several sums
    for node, (region, category) in sorted(zip(panel.hierarchy.nodes_of(pairs), pairs, strict=True), key=itemgetter(0)):
        before = float(sums[0, node])
        words = in_words(dict(zip(groups, sums[:, node].tolist(), strict=True)), event=kinds[node])
        rows += [
            {
                "region": regions[region],
                "category": categories[category],
                "group": group,
                "contribution": round(float(sums[row, node]), 2),
                "share": float(sums[row, node]) / before if before > 0 else float("nan"),
                "words": words,
            }
            for row, group in enumerate(groups)
        ]
    return pd.DataFrame(rows, columns=list(DRIVER_COLUMNS))


def in_words(contributions: dict[str, float], *, event: str = "") -> str:
    """Say in one line how the forecast differs from last year and what makes most of it, in points of percent.

    Parameters
    ----------
    event
        The kinds of events that make most of what all do.
    """
    before = contributions[LAST_YEAR]
    if before <= 0:
        return "nothing was sold in these weeks last year"
    shares = {group: amount / before for group, amount in contributions.items() if group != LAST_YEAR}
    total = sum(shares.values())
    told = sorted((group for group in shares if abs(shares[group]) >= SMALLEST_SHARE), key=lambda g: -abs(shares[g]))
    words = WORDS | ({EVENTS: f"events ({event})"} if event else {})
    reasons = ", ".join(
        f"{words.get(group, group.removeprefix(SERIES))} {_points(shares[group])}" for group in told[:MOST_REASONS]
    )
    return f"{_points(total)} % against last year" + (f": {reasons}" if reasons else "")


def _points(share: float) -> str:
    """Write a share in whole percent with its sign, −0 as 0."""
    percent = round(share * 100)
    return "0" if not percent else f"{percent:+d}".replace("-", "−")
