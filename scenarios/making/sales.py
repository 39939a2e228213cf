"""Turn weekly demand into orders of accounts: who bought what in which week for how much."""

from typing import Final

import numpy as np
import pandas as pd

from scenarios.making.demand import CATEGORIES, WEEKS

MIX: Final = {
    "Gros œuvre": (0.34, 0.22, 0.26, 0.18),
    "Second œuvre": (0.10, 0.46, 0.24, 0.20),
    "Charpente": (0.44, 0.22, 0.18, 0.16),
    "Location": (0.40, 0.10, 0.10, 0.40),
    "Industrie": (0.22, 0.16, 0.28, 0.34),
    "Collectivité": (0.12, 0.28, 0.36, 0.24),
}
"""How a sector's sales divide over CATEGORIES."""
ORDER_EUR: Final = {"Lifting": 480.0, "Power tools": 260.0, "Safety": 150.0, "Spare parts": 120.0}
"""Usual order of the median account."""


def make_sales(
    rng: np.random.Generator, accounts: pd.DataFrame, regions: list[str], demand: np.ndarray
) -> pd.DataFrame:
    """Draw the orders of all customers.

    Orders of an account and category arrive as a Poisson process whose rate follows demand; larger accounts order both
    more often and more at a time. Amounts are whole euros.

    Parameters
    ----------
    demand
        As from `make_demand`. Shape (regions, categories, weeks).

    Returns
    -------
    account_id, category, week, sales (int, positive); sorted by the first three.
    """
    buyers = accounts[accounts["status"] == "customer"].reset_index(drop=True)
    region = buyers["region"].map({name: r for r, name in enumerate(regions)}).to_numpy()
    mix = np.array([MIX[sector] for sector in buyers["sector"]]) * rng.gamma(
        6.0, 1 / 6.0, (len(buyers), len(CATEGORIES))
    )
    mix /= mix.sum(axis=1, keepdims=True)
    opens, closes = buyers["opens"].to_numpy(), buyers["closes"].to_numpy()
    active = (np.isnat(opens)[:, None] | (opens[:, None] <= WEEKS)) & (
        np.isnat(closes)[:, None] | (closes[:, None] > WEEKS)
    )
    yearly = buyers["size"].to_numpy()
    frames = []
    for c, category in enumerate(CATEGORIES):
        weekly = yearly * mix[:, c] / 52.18
        typical = ORDER_EUR[category] * np.maximum(0.35, (yearly / np.median(yearly)) ** 0.75)
        rate = (weekly / typical)[:, None] * demand[region, c] * active
        orders = rng.poisson(rate)
        a, w = np.nonzero(orders)
        amount = np.rint(typical[a] * orders[a, w] * rng.gamma(8.0, 1 / 8.0, len(a))).astype(np.int64)
        frames.append(
            pd.DataFrame(
                {
                    "account_id": buyers["account_id"].to_numpy()[a],
                    "category": category,
                    "week": WEEKS[w],
                    "sales": amount,
                }
            )
        )
    sales = pd.concat(frames, ignore_index=True)
    return sales[sales["sales"] > 0].sort_values(["account_id", "category", "week"], ignore_index=True)
