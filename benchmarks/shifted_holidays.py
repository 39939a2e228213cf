"""Score the rule of shifted holidays: each model that obeys it, with and without, before sums agree.

    python benchmarks/shifted_holidays.py iowa ../shared/cases/iowa
    python benchmarks/shifted_holidays.py scenario scenarios/alpha.yaml

Iowa: twelve origins 18 weeks apart whose weeks all lie before the first origin that `benchmarks/forecast.py iowa`
scores. A scenario: the four origins of its own backtest. MASE over all nodes, 13 weeks ahead.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # from a checkout that is not installed

from benchmarks.forecast import IOWA_HORIZON, IOWA_ORIGINS, IOWA_SPACING, SETTINGS, iowa_calendar
from benchmarks.forecast_tables import read_iowa, read_scenario
from forecasting.backtest import rolling_origins, seasonal_error
from forecasting.metrics import mae
from forecasting.models.protocol import Model
from forecasting.models.seasonal_naive import SeasonalNaive
from forecasting.models.smoothing import DampedSmoothing
from forecasting.models.theta import Theta
from forecasting.panel import Panel, make_panel
from forecasting.shifted_holidays import OnItsHolidays, holiday_effect

EARLIER_ORIGINS = 12


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line per origin, and the means."""
    parser = argparse.ArgumentParser(description="Score the rule of shifted holidays on early origins.")
    parser.add_argument("kind", choices=("iowa", "scenario"))
    parser.add_argument("path", type=Path, help="folder of the Iowa case, or a scenario file")
    given = parser.parse_args(arguments)
    panel, origins = _iowa(given.path) if given.kind == "iowa" else _scenario(given.path)
    models: tuple[Model, ...] = (SeasonalNaive(), Theta(), DampedSmoothing())
    print(f"{'known until':<13}{'a day, day before, day after':>30}", *(f"{model.name:>24}" for model in models))
    rows = []
    for origin in origins:
        cut = panel.at_origin(origin, IOWA_HORIZON, longest=SETTINGS.history_weeks)
        effect = holiday_effect(cut)
        told = "none" if effect is None else "  ".join(f"{e:+.1%}" for e in np.expm1(effect.effects).mean(axis=0))
        pairs = [[_mase(panel, origin, each.forecast(cut)) for each in (m, OnItsHolidays(m))] for m in models]
        rows.append(pairs)
        print(f"{cut.dates[cut.past - 1]!s:<13}{told:>30}", *(f"{a:>14.3f} → {b:.3f} " for a, b in pairs))
    means = np.array(rows).mean(axis=0)
    print(f"{'mean':<13}{'':>30}", *(f"{a:>14.3f} → {b:.3f} " for a, b in means))
    return 0


def _iowa(folder: Path) -> tuple[Panel, tuple[int, ...]]:
    """Read Iowa; the newest origin's weeks end where the first scored origin begins."""
    history = read_iowa(folder)
    panel = make_panel(history, iowa_calendar(history), horizon=0, history_weeks=len(history.weeks))
    first_scored = panel.past - 1 - IOWA_HORIZON - IOWA_SPACING * (IOWA_ORIGINS - 1)
    newest = first_scored - IOWA_HORIZON
    return panel, tuple(newest - IOWA_SPACING * number for number in range(EARLIER_ORIGINS))[::-1]


def _scenario(path: Path) -> tuple[Panel, tuple[int, ...]]:
    """Read a scenario as its forecast does."""
    panel = read_scenario(path, longest=SETTINGS.history_weeks)
    return panel, rolling_origins(panel.past, IOWA_HORIZON, SETTINGS.origins, rhythm=panel.rhythm)


def _mase(panel: Panel, origin: int, forecast: NDArray[np.float64]) -> float:
    """Mean over the nodes."""
    actual = panel.sales[:, origin + 1 : origin + 1 + IOWA_HORIZON]
    return float(np.nanmean(mae(actual, forecast) / seasonal_error(panel.sales[:, : origin + 1], panel.rhythm)))


if __name__ == "__main__":
    sys.exit(main())
