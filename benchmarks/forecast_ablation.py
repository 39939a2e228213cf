"""Score LightGBM with and without region ids, holidays and events at the same origins.

Everything else stays: features, parameters, seed, sums made to agree. MASE is the mean over origins and nodes, WAPE is
over the lowest level; the change of the MASE has an interval that holds 95 % of 2,000 draws of nodes with replacement.
Above 0 the features help.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from forecasting.backtest import make_forecasts, seasonal_error
from forecasting.drivers import EVENTS, HOLIDAYS, group_of
from forecasting.features import KEY, make_features
from forecasting.metrics import mae, wape
from forecasting.models.boosting import GlobalBoosting
from forecasting.panel import Panel
from forecasting.settings import ForecastSettings

WHOLE = "all features"
WITHOUT_HOLIDAYS, WITHOUT_EVENTS = "no holidays", "no events"
DRAWS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class AblationRow:
    """One line of the table."""

    set: str
    features: str
    mase: float
    wape: float
    mase_change: float
    """Against all features, as a share: above 0 where leaving them out costs."""
    low: float
    high: float
    dropped: int
    """Features left out."""

    def as_dict(self) -> dict[str, str | float]:
        """Give plain data, rounded for reading."""
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(self).items()}


def ablate(
    panel: Panel, horizon: int, origins: Sequence[int], *, name: str, settings: ForecastSettings
) -> list[AblationRow]:
    """Forecast from every origin with each set of features."""
    region = f"{KEY}{panel.hierarchy.keys[0]}"
    variants: dict[str, Callable[[str], bool]] = {
        WHOLE: lambda _: False,
        "no region id": lambda feature: feature == region,
        "no ids at all": lambda feature: feature.startswith(KEY),
        WITHOUT_HOLIDAYS: lambda feature: group_of(feature) == HOLIDAYS,
        WITHOUT_EVENTS: lambda feature: group_of(feature) == EVENTS,
    }
    cut = [panel.at_origin(origin, horizon, longest=settings.history_weeks) for origin in origins]
    names = make_features(cut[-1], np.array([cut[-1].past - 1])).names
    dropped = {label: sum(map(drop, names)) for label, drop in variants.items()}
    models = [
        GlobalBoosting(seed=settings.seed, threads=settings.threads, name=label, dropped=drop)
        for label, drop in variants.items()
        if label == WHOLE or dropped[label]
    ]
    made = [make_forecasts(each, [model for model in models if model.name != WITHOUT_EVENTS]) for each in cut]
    if dropped[WITHOUT_EVENTS]:  # neither features nor what is known of them
        apart = [make_forecasts(_without_events(each), [models[-1]]) for each in cut]
        made = [
            replace(each, forecasts=each.forecasts | other.forecasts) for each, other in zip(made, apart, strict=True)
        ]
    actual = np.stack([panel.sales[:, origin + 1 : origin + 1 + horizon] for origin in origins])
    past = np.stack([seasonal_error(panel.sales[:, : origin + 1], panel.rhythm) for origin in origins])
    forecasts = {model.name: np.stack([each.forecasts[model.name] for each in made]) for model in models}
    scaled = {label: mae(actual, forecast) / past for label, forecast in forecasts.items()}
    bottom = panel.hierarchy.level == 0
    random = np.random.default_rng(settings.seed)
    draws = random.integers(0, len(bottom), (DRAWS, len(bottom)))
    rows = []
    for label, forecast in forecasts.items():
        by_node = [np.nanmean(each, axis=0) for each in (scaled[label], scaled[WHOLE])]
        changes = [np.nanmean(by_node[0][draw]) / np.nanmean(by_node[1][draw]) - 1 for draw in draws]
        low, high = np.quantile(changes, [0.025, 0.975])
        rows.append(
            AblationRow(
                set=name,
                features=label,
                mase=float(np.nanmean(by_node[0])),
                wape=float(wape(actual[:, bottom].ravel(), forecast[:, bottom].ravel())),
                mase_change=float(np.nanmean(by_node[0]) / np.nanmean(by_node[1]) - 1),
                low=float(low),
                high=float(high),
                dropped=dropped[label],
            )
        )
    return rows


def _without_events(panel: Panel) -> Panel:
    """Leave out what is known of events."""
    kept = [number for number, feature in enumerate(panel.names) if group_of(feature) != EVENTS]
    return replace(
        panel,
        known=panel.known[:, :, kept],
        known_from=panel.known_from[:, :, kept],
        names=tuple(panel.names[number] for number in kept),
    )


def print_ablation(rows: Sequence[AblationRow]) -> None:
    """Print a line per set of features."""
    print(f"{'features':<18}{'left out':>9}{'MASE':>9}{'WAPE':>9}{'MASE change':>13}   95 % interval")
    for row in rows:
        interval = f"{row.low:+.2%} to {row.high:+.2%}" if row.features != WHOLE else ""
        errors = f"{row.mase:>9.4f}{row.wape:>9.2%}{row.mase_change:>+13.2%}"
        print(f"{row.features:<18}{row.dropped:>9}{errors}   {interval}".rstrip())
    kinds = [label for label in (WITHOUT_EVENTS, WITHOUT_HOLIDAYS) if label not in {row.features for row in rows}]
    for label in kinds:
        print(f"{label}: nothing to leave out, this set has no such features")
