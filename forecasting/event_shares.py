"""Let events with a place and a reach move the share-out of a region's sales between its accounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from forecasting.event_effects import SMALLEST_FACTOR
from forecasting.panel import share_of_weeks
from forecasting.rhythm import WEEKLY

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReachedAccounts:
    """What one event with a place touches in one category."""

    event_id: str
    kind: str
    category: str
    near: NDArray[np.bool_]
    """Accounts within its reach. Shape (accounts,)."""
    far: NDArray[np.bool_]
    """The others of the same region. Shape (accounts,)."""
    start: date
    end: date | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventShares:
    """Sales of accounts near events over those of the same accounts without them."""

    reached: tuple[ReachedAccounts, ...]
    """Those whose kind has an effect beyond chance."""
    effects: dict[str, float]
    """Effect on the sales of near accounts in a whole week by kind, as a share; see `forecasting.event_shifts`."""
    ahead: tuple[str, ...]
    """Ids of those of them that fall into the period, sorted."""
    unproven: tuple[str, ...]
    """Kinds of events in the period without such an effect, sorted."""

    @property
    def categories(self) -> tuple[str, ...]:
        """Categories that are touched, sorted."""
        return tuple(sorted({each.category for each in self.reached}))

    def factor(self, category: str, weeks: NDArray[np.datetime64]) -> Array:
        """Give 1 + effect · share of the week that events of the kind take up, over all kinds; 1 out of their reach.

        Shape (accounts, weeks).
        """
        exposure: dict[str, Array] = {}
        for each in self.reached:
            if each.category == category:
                share = each.near[:, None] * share_of_weeks(each.start, each.end, weeks)[None, :]
                exposure[each.kind] = exposure.get(each.kind, 0.0) + share
        change = sum(self.effects[kind] * np.minimum(exposure[kind], 1.0) for kind in sorted(exposure))
        return np.asarray(np.maximum(1.0 + change, SMALLEST_FACTOR), dtype=np.float64)

    def factor_of(
        self,
        account: NDArray[np.int64],
        category: NDArray[np.object_],
        week: NDArray[np.int64],
        weeks: NDArray[np.datetime64],
    ) -> Array:
        """Give the factor of single sales, by the number of their account, their category and their place in `weeks`.

        Shape (sales,), like the first three.
        """
        result = np.ones(len(account))
        for name in self.categories:
            at = np.flatnonzero(category == name)
            result[at] = self.factor(name, weeks)[account[at], week[at]]
        return result


def event_shares(
    reached: Sequence[ReachedAccounts],
    effects: Mapping[str, float],
    weeks: NDArray[np.datetime64],
    *,
    last_week: np.datetime64,
) -> EventShares | None:
    """Keep the events whose kind has an effect beyond chance.

    Parameters
    ----------
    reached
        Events with a place, past ones and those to come.
    effects
        Effect on near accounts by kind, those beyond chance only.
    weeks
        Those of the planning period. Shape (weeks,).
    last_week
        Monday of the last week with sales.

    Returns
    -------
    None without an event with a place in the period or in the last year of sales.
    """
    read = np.concatenate([last_week - 7 * np.arange(WEEKLY.season), weeks])
    in_reach = [each for each in reached if share_of_weeks(each.start, each.end, read).any()]
    if not in_reach:
        return None
    ahead = [each for each in in_reach if share_of_weeks(each.start, each.end, weeks).any()]
    return EventShares(
        reached=tuple(each for each in in_reach if each.kind in effects),
        effects=dict(effects),
        ahead=tuple(sorted({each.event_id for each in ahead if each.kind in effects})),
        unproven=tuple(sorted({each.kind for each in ahead} - effects.keys())),
    )


def told_shares(shares: EventShares | None, moved: Array | None) -> tuple[str, ...]:
    """Say how much of the sales events move between accounts, and which kinds move nothing for want of an effect."""
    if shares is None:
        return ()
    told = []
    amount = 0.0 if moved is None else float(np.maximum(moved, 0.0).sum())
    if amount > 0:
        names = ", ".join(shares.ahead)
        between = (
            f"move {amount:,.0f} of sales between the accounts within their reach and the others of the same region"
        )
        told.append(f"Events with a place ({names}) {between}, whose total stays.")
    if shares.unproven:
        kinds = ", ".join(shares.unproven)
        told.append(f"What these kinds of events move between accounts is not beyond chance, so nothing is: {kinds}.")
    return tuple(told)
