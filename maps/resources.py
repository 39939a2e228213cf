"""Hold what was made of the forecast: stock, shares of a budget, rep time, risks and opportunities."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resources:
    """Tables and notes of the parts that a scenario asks for; what it does not ask for is not in them."""

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """By name: stock (warehouse, category, week, cover_until, expected, safety, stock, reorder, regions (one a line),
    unit_price (NaN for none), service_level); demand (warehouse, category, week, p10, p50, p90, sold, unit_price);
    budget (region, expected, winnable, spend, gain, return, next_return, by_sales, gain_by_sales); rep_time (area_id,
    region, segment, accounts, hours, potential, suggested_hours); risks (kind, region, account_id, name, size,
    probability, reason), the largest of each kind; risk_totals (kind, lines, size) of all; account_scores (account_id,
    kind, probability, silent_weeks, usual_gap, trend); score_tests (kind, origin, accounts, happened, expected, brier,
    brier_base, auc); score_parts (kind, part, accounts, expected, happened).
    Money in the currency over the period, hours a cycle, weeks, shares."""
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Sentences for the report by part: stock, budget, rep_time, risks."""
