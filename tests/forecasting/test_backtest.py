"""What errors are measured by, and what models forecast at an origin."""

import numpy as np
import pytest

from forecasting.backtest import local_scale, make_forecasts
from forecasting.intervals import DEAD_SCALE
from forecasting.models.combination import competing_models
from forecasting.rhythm import MONTHLY, WEEKLY
from forecasting.settings import ForecastSettings
from tests.forecasting.series import panel_of, seasonal_history

SETTINGS = ForecastSettings(models=("theta", "ets"))


def years(*jumps):
    """Months of 100, each year above or below the one before by a jump."""
    levels = 100 + np.cumsum([0.0, *jumps])
    return np.repeat(levels, 12)[None, :]


def test_two_quiet_years_count_for_half_beside_a_restless_past():
    """Jumps of 40 for eight years, then of 10 for two: between 10 and the mean of all, 34, by their ratio."""
    scale = local_scale(years(*[40, -40] * 4, 10, -10), MONTHLY)
    assert scale.item() == pytest.approx(np.sqrt(10 * 34))


def test_a_series_that_sold_nothing_lately_tells_nothing():
    scale = local_scale(np.where(np.arange(120) < 84, years(*[5] * 9), 0.0), MONTHLY)
    assert scale.item() == DEAD_SCALE


def test_weeks_are_measured_by_their_last_year_alone():
    random = np.random.default_rng(2)
    calm = 100 + random.standard_normal((1, 260))
    wild = np.where(np.arange(260) < 200, 100 + 30 * random.standard_normal((1, 260)), calm)
    assert local_scale(wild, WEEKLY).item() == pytest.approx(local_scale(calm, WEEKLY).item(), rel=1e-9)


def test_sums_of_averages_agree():
    """The geometric mean of forecasts that sum up does not itself: it is made to."""
    panel = panel_of(seasonal_history(), horizon=8)
    made = make_forecasts(panel, competing_models(SETTINGS))
    for forecast in made.forecasts.values():
        np.testing.assert_allclose(panel.hierarchy.total(forecast[: panel.hierarchy.bottom]), forecast)
    both = made.apart["theta + ets"]
    np.testing.assert_allclose(both, np.sqrt(made.apart["theta"] * made.apart["ets"]))
