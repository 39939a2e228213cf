"""Learn one LightGBM over all series and all steps."""

import lightgbm
import numpy as np
from numpy.typing import NDArray

from forecasting.features import CATEGORICAL, Features, make_features
from forecasting.models.seasonal_naive import SeasonalNaive, is_thin
from forecasting.panel import Panel
from forecasting.seasons import SEASON

TREES = 200
MOST_ROWS = 50_000
"""Training rows; origins are thinned evenly beyond, the newest kept."""
FEWEST_ROWS = 200
LARGEST_CHANGE = 5.0
"""Targets beyond so many local levels are held there: one mad week must not shape the trees."""
PARAMETERS = {
    "objective": "l1",  # the median, which the absolute measures ask for
    "learning_rate": 0.05,
    "num_leaves": 12,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 1.0,
    "cat_smooth": 50,
    "max_bin": 127,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


class GlobalBoosting:
    """One direct LightGBM: target = (sales − same-season sales at today's level) / local level, step a feature."""

    name = "lightgbm"

    def __init__(self, *, seed: int = 1, threads: int = 1, trees: int = TREES) -> None:
        self._seed = seed
        self._threads = threads
        self._trees = trees

    def forecast(self, panel: Panel) -> NDArray[np.float64]:
        """Learn from origins with known targets, then forecast from the last week; thin series go to seasonal naive."""
        naive = SeasonalNaive().forecast(panel)
        thin = is_thin(panel)
        origins = _training_origins(panel)
        if thin.all() or not len(origins):
            return naive
        features = make_features(panel, np.append(origins, panel.history_weeks - 1))
        index = np.arange(len(features.base)).reshape(features.shape)
        past, ahead = index[:, :, :-1], index[:, :, -1].T
        scale = features.scale[past]
        target = (_targets(panel, origins) - features.base[past]) / np.where(scale > 0, scale, 1.0)
        usable = ~np.isnan(target) & (scale > 0) & ~thin[None, :, None]
        if usable.sum() < FEWEST_ROWS:
            return naive
        booster = self._train(features, past[usable], target[usable])
        change = np.asarray(booster.predict(features.rows[ahead.ravel()], num_threads=self._threads)).reshape(
            ahead.shape
        )
        forecast = features.base[ahead] + change * features.scale[ahead]
        trusted = ~thin[:, None] & ~np.isnan(forecast) & (features.scale[ahead] > 0)
        return np.maximum(np.where(trusted, forecast, naive), 0.0)

    def _train(self, features: Features, rows: NDArray[np.int64], target: NDArray[np.float64]) -> lightgbm.Booster:
        """Fit the trees; series weigh by the root of their level, between sales (WAPE) and series (MASE)."""
        weight = np.sqrt(features.scale[rows])
        data = lightgbm.Dataset(
            features.rows[rows],
            label=np.clip(target, -LARGEST_CHANGE, LARGEST_CHANGE),
            weight=weight / weight.mean(),
            feature_name=[f"f{number}" for number in range(len(features.names))],
            categorical_feature=[features.names.index(name) for name in CATEGORICAL],
            params=PARAMETERS | {"num_threads": self._threads},
        )
        parameters = PARAMETERS | {"num_threads": self._threads, "seed": self._seed}
        return lightgbm.train(parameters, data, num_boost_round=self._trees)


def _training_origins(panel: Panel) -> NDArray[np.int64]:
    """Choose the weeks to learn from: a year of history before, at least one target known after."""
    origins = np.arange(SEASON, panel.history_weeks - 1)
    rows = len(origins) * len(panel.region) * panel.horizon
    return origins[::-1][:: max(1, -(-rows // MOST_ROWS))][::-1]


def _targets(panel: Panel, origins: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sales of the target weeks, NaN where they are after the panel's origin. Shape (steps, series, origins)."""
    padded = np.concatenate([panel.sales, np.full((len(panel.region), panel.horizon), np.nan)], axis=1)
    return np.stack([padded[:, origins + step] for step in range(1, panel.horizon + 1)])
