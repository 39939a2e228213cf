"""Estimate how events with a place moved sales between the accounts within their reach and the others of the region."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.event_effects import AFTER, BEFORE
from forecasting.event_shares import ReachedAccounts
from forecasting.panel import share_of_weeks
from forecasting.placebos import FEWEST_PLACEBOS, believed, moves
from forecasting.rhythm import WEEKLY

Array = NDArray[np.float64]
HALF_WINDOW = WEEKLY.season // 4
"""Weeks to both sides over which the usual relation of near to far accounts is taken."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Past:
    """Weeks around one event in one category. Shapes (weeks,)."""

    near: Array
    """Sales of the accounts within reach, in currency."""
    expected: Array
    """What they would sell by what the others do, in currency; NaN where not known."""
    calm: NDArray[np.bool_]
    """Weeks without an event that reaches some of them, nor beside one."""
    taken: Array
    """Share of the week that the event takes up."""


def event_shifts(reached: Sequence[ReachedAccounts], sales: pd.DataFrame, accounts: pd.Series) -> dict[str, float]:
    """Tell what events of each kind did to the sales of near accounts, taking the others of the region as usual.

    *Expected*: sales of the far accounts in the week, times what near accounts usually sell for each of theirs in the
    half year around, events and the weeks beside them left out. *Effect*: weighted least squares of the distance from
    that on the share of the week that the event takes up, over all events of the kind. *Noise*: the same events moved
    to other weeks. What is not beyond it is 0, see `forecasting.placebos`.

    Parameters
    ----------
    sales
        Columns account_id and category (categorical), week (Mondays), sales (currency).
    accounts
        Ids of the accounts, in the order of `ReachedAccounts.near`.

    Returns
    -------
    By kind, those without an effect left out.
    """
    if not reached:
        return {}
    stamps = sales["week"].to_numpy().astype("datetime64[D]")
    first, last = stamps.min(), stamps.max()
    weeks = np.arange(first, last + 1, 7)
    place = ((stamps - first) / np.timedelta64(7, "D")).astype(np.int64)
    owner = pd.Index(accounts).get_indexer(pd.Index(sales["account_id"].cat.categories))
    owner = owner[sales["account_id"].cat.codes.to_numpy()]
    category, amount = sales["category"].to_numpy(dtype=object), sales["sales"].to_numpy(np.float64)
    rows: dict[str, list[_Past]] = {}
    for each in reached:
        taken = share_of_weeks(each.start, each.end, weeks)
        if not taken.any():
            continue
        at = np.flatnonzero(category == each.category)
        near, far = (
            np.bincount(place[at], amount[at] * side[owner[at]], len(weeks)).astype(np.float64)
            for side in (each.near, each.far)
        )
        calm = ~_busy(each, reached, weeks)
        past = _Past(near=near, expected=_expected(near, far, calm), calm=calm, taken=taken)
        rows.setdefault(each.kind, []).append(past)
    return _beyond_noise({kind: _effect(parts) for kind, parts in sorted(rows.items())})


def _busy(
    event: ReachedAccounts, reached: Sequence[ReachedAccounts], weeks: NDArray[np.datetime64]
) -> NDArray[np.bool_]:
    """Tell which weeks hold an event that reaches some of the same accounts, or lie beside one. Shape (weeks,)."""
    there = np.zeros(len(weeks), dtype=np.bool_)
    for other in reached:
        if other.category == event.category and (other.near & event.near).any():
            there |= share_of_weeks(other.start, other.end, weeks) > 0
    near = there.copy()
    for shift in range(1, AFTER + 1):
        near[shift:] |= there[:-shift]
    for shift in range(1, BEFORE + 1):
        near[:-shift] |= there[shift:]
    return near


def _expected(near: Array, far: Array, calm: NDArray[np.bool_]) -> Array:
    """Give what near accounts would sell by what far ones do, NaN where not known. Shape (weeks,)."""
    sums = pd.DataFrame({"near": np.where(calm, near, np.nan), "far": np.where(calm, far, np.nan)})
    around = sums.rolling(2 * HALF_WINDOW + 1, center=True, min_periods=HALF_WINDOW // 2).sum()
    usual_near, usual_far = around["near"].to_numpy(np.float64), around["far"].to_numpy(np.float64)
    ratio = np.where(usual_far > 0, usual_near / np.where(usual_far > 0, usual_far, 1.0), np.nan)
    return np.asarray(far * ratio)


def _effect(parts: Sequence[_Past]) -> tuple[float, Array]:
    """Estimate one kind: the effect, and what chance makes of it. Shape (placebos,)."""

    def fitted(move: int) -> float:
        top = bottom = 0.0
        for past in parts:
            share = np.roll(past.taken, move)
            used = (share > 0) & (np.nan_to_num(past.expected) > 0) & (past.calm | (move == 0))
            top += float((share * (past.near - past.expected))[used].sum())
            bottom += float((share**2 * past.expected)[used].sum())
        return top / bottom if bottom > 0 else float("nan")

    return fitted(0), np.array([fitted(int(move)) for move in moves(len(parts[0].near))])


def _beyond_noise(found: Mapping[str, tuple[float, Array]]) -> dict[str, float]:
    """Keep what is beyond noise."""
    kept = {}
    for kind, (effect, chance) in found.items():
        known = chance[~np.isnan(chance)]
        variance = np.mean(known**2) if len(known) >= FEWEST_PLACEBOS else np.nan
        value = float(believed(np.array(effect), np.array(variance)))
        if value:
            kept[kind] = value
    return kept
