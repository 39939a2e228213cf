"""What may become of each account comes from the forecast's own low and high."""

import numpy as np
import pandas as pd
import pytest

from scenarios.forecast_errors import forecast_errors
from tests.optimizer.territory.builders import from_ascii

FORECAST = pd.DataFrame(
    {
        "region": ["North", "South"],
        "category": "tools",
        "week": pd.Timestamp("2026-01-05"),
        "p10": [80.0, 50.0],
        "p50": [100.0, 100.0],
        "p90": [130.0, 110.0],
    }
)
ACCOUNTS = pd.DataFrame(
    {"account_id": ["a", "b", "c"], "area_id": ["A3", "A0", "A1"], "region": ["South", "North", "Nowhere"]}
)
POTENTIAL = pd.DataFrame(
    {
        "account_id": ["a", "b", "c"],
        "baseline": [60.0, 40.0, 0.0],
        "potential": [70.0, 45.0, 5.0],
        "low": [30.0, 30.0, 0.0],
        "high": [90.0, 60.0, 9.0],
    }
)


def test_errors_of_accounts_and_regions():
    """In the order of the accounts; with one week and one category, spreads of regions are those given."""
    instance = from_ascii("[5] 5  5 [5]")
    found = forecast_errors(
        instance, accounts=ACCOUNTS, potential=POTENTIAL, forecast=FORECAST, account_reps={"b": "R1"}
    )
    assert (found.area.tolist(), found.holder.tolist()) == ([3, 0, 1], [-1, 1, -1])
    assert found.region.tolist() == [1, 0, 2]
    assert (found.middle.tolist(), found.shared.tolist()) == ([70, 45, 5], [60, 40, 0])
    assert (found.low.tolist(), found.high.tolist()) == ([30, 30, 0], [90, 60, 9])
    assert found.region_low == pytest.approx(np.array([0.2, 0.5, 0.0]))
    assert found.region_high == pytest.approx(np.array([0.3, 0.1, 0.0]))
