"""Find what events with a place and a reach touch: the share of each region's and category's sales around them."""

from collections.abc import Hashable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from forecasting.event_shares import ReachedAccounts
from scenarios.quality_log import QualityLog
from scenarios.travel import great_circle_km

SHARE_WEEKS: Final = 52
"""Weeks of sales that tell how much of a region lies within reach."""
SMALLEST_SHARE: Final = 1e-4
"""A region of which less is touched is left aside."""


def spread_over_reach(
    events: pd.DataFrame, accounts: pd.DataFrame, sales: pd.DataFrame, *, horizon_weeks: int, log: QualityLog
) -> pd.DataFrame:
    """Give each event with a place one row for every region and category that it touches, with the share touched.

    The share is that of the accounts within `reach_km` in the sales of the region and category, over the 52 weeks that
    end `horizon_weeks` before the event begins (the first 52, or the last, where those are not known): a forecast from
    any origin that the event can matter to knew them. Where nothing was sold, the accounts are counted. An event
    without a place touches all of its region.

    Parameters
    ----------
    events
        Columns EVENT_COLUMNS; lon, lat and reach_km are NaN for an event without a place.
    accounts
        Columns account_id, region, lon, lat.
    sales
        Columns account_id and category (categorical), week, sales.
    horizon_weeks
        Weeks that forecasts look ahead.
    log
        Takes what was found.

    Returns
    -------
    The events' columns and `touched`, between 0 and 1, in the order of `events`.
    """
    rows = []
    for event in events.to_dict("records"):
        if not np.isfinite(event["reach_km"]):
            rows.append({**event, "touched": 1.0})
            continue
        near = within_reach(accounts, lon=event["lon"], lat=event["lat"], reach_km=event["reach_km"])
        if event["region"]:
            near &= (accounts["region"] == event["region"]).to_numpy()
        start = min(event["start"] - pd.Timedelta(weeks=horizon_weeks), sales["week"].max())
        start = max(start, sales["week"].min() + pd.Timedelta(weeks=SHARE_WEEKS))
        recent = ((sales["week"] < start) & (sales["week"] >= start - pd.Timedelta(weeks=SHARE_WEEKS))).to_numpy()
        shares = _shares(near, accounts, sales[recent])
        shares = shares[(shares >= SMALLEST_SHARE).to_numpy()]
        named = (
            shares
            if event["category"] == ""
            else shares[shares.index.get_level_values("category") == event["category"]]
        )
        rows += [
            {**event, "region": region, "category": category, "touched": float(share)}
            for (region, category), share in zip(named.index.to_list(), named.to_list(), strict=True)
        ]
        if named.empty:
            _tell_nobody(event, accounts, log)
        else:
            _tell_reach(event, int(near.sum()), named, log)
    return pd.DataFrame(rows, columns=[*events.columns, "touched"])


def reached_accounts(events: pd.DataFrame, accounts: pd.DataFrame) -> tuple[ReachedAccounts, ...]:
    """List which accounts each event with a place touches, by region and category, in the order of `events`.

    Parameters
    ----------
    events
        Result of `spread_over_reach`.
    accounts
        Columns region, lon, lat.
    """
    placed = events[np.isfinite(events["reach_km"].to_numpy(np.float64))]
    region = accounts["region"].astype(str).to_numpy()
    found = []
    for event in placed.to_dict("records"):
        inside = within_reach(accounts, lon=event["lon"], lat=event["lat"], reach_km=event["reach_km"])
        here = region == event["region"]
        found.append(
            ReachedAccounts(
                event_id=str(event["event_id"]),
                kind=str(event["kind"]),
                category=str(event["category"]),
                near=inside & here,
                far=~inside & here,
                start=event["start"],
                end=event["end"],
            )
        )
    return tuple(found)


def within_reach(accounts: pd.DataFrame, *, lon: float, lat: float, reach_km: float) -> np.ndarray:
    """Tell which accounts lie within a distance as the crow flies. Shape (accounts,)."""
    here = accounts[["lon", "lat"]].to_numpy(np.float64)
    return np.asarray(great_circle_km(here[:, 0], here[:, 1], lon, lat) <= reach_km)


def _shares(near: np.ndarray, accounts: pd.DataFrame, sales: pd.DataFrame) -> pd.Series:
    """Share of the accounts within reach in the sales of every region × category, by both."""
    at = pd.Index(accounts["account_id"]).get_indexer(pd.Index(sales["account_id"].cat.categories))
    owner = at[sales["account_id"].cat.codes.to_numpy()]
    region = accounts["region"].to_numpy(dtype=object)
    regions, categories = sorted(set(region)), sales["category"].cat.categories.tolist()
    number = pd.Index(regions).get_indexer(pd.Index(region))
    slot = number[owner] * len(categories) + sales["category"].cat.codes.to_numpy(np.int64)
    amount = sales["sales"].to_numpy(np.float64)
    shape = len(regions), len(categories)
    sums = [
        np.bincount(slot, weights, shape[0] * shape[1]).reshape(shape) for weights in (amount * near[owner], amount)
    ]
    counted = np.bincount(number, near.astype(np.float64), shape[0]) / np.bincount(number, minlength=shape[0])
    share = np.where(sums[1] > 0, sums[0] / np.where(sums[1] > 0, sums[1], 1.0), counted[:, None])
    index = pd.MultiIndex.from_product([regions, categories], names=["region", "category"])
    return pd.Series(share.ravel(), index=index)


def _tell_nobody(event: Mapping[Hashable, Any], accounts: pd.DataFrame, log: QualityLog) -> None:
    """Say that an event touches nobody, and whether it would with lon and lat the other way round."""
    name, reach_km = str(event["event_id"]), event["reach_km"]
    text = f"Event {name} touches nobody: no account with such sales lies within {reach_km:g} km; left out."
    if within_reach(accounts, lon=event["lat"], lat=event["lon"], reach_km=reach_km).any():
        text += " Its lon and lat seem to have changed places."
    log.about_region("event_touches_nobody", "warning", "", text, subject_kind="event", repair="event_reach")
    log.repaired("event_reach", "events", [name], "", "dropped", regions=[""])


def _tell_reach(event: Mapping[Hashable, Any], accounts: int, shares: pd.Series, log: QualityLog) -> None:
    """Say how much an event touches in each region."""
    for region, part in shares.groupby(level="region", sort=True):
        text = (
            f"Event {event['event_id']} touches accounts within {event['reach_km']:g} km: {accounts:,} in all, here up "
            f"to {part.max():.1%} of a category's sales."
        )
        log.about_region("event_reach", "info", str(region), text, subject_kind="event")
