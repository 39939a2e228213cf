"""Learn one LightGBM over all nodes and all steps."""

from collections.abc import Callable
from dataclasses import dataclass

import lightgbm
import numpy as np
from numpy.typing import NDArray

from forecasting.features import KEY, Features, make_features
from forecasting.models.seasonal_naive import SeasonalNaive, is_thin
from forecasting.panel import Panel
from forecasting.settings import InvalidForecastError
from forecasting.shifted_holidays import OnItsHolidays

TREES = 200
MOST_ROWS = 60_000
"""Training rows; origins are thinned evenly beyond, the newest kept."""
FEWEST_ROWS = 200
LARGEST_CHANGE = 3.0
"""Targets beyond so many local levels are held there: one mad week must not shape the trees."""
HEAVIEST = 10.0
"""A row weighs at most so many times the mean: growing series have small errors in the distant past."""
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explanation:
    """What each feature adds to the forecast of the trees, by exact TreeSHAP; base and parts sum to it."""

    base: NDArray[np.float64]
    """What the model departs from, in currency. Shape (nodes, horizon)."""
    parts: NDArray[np.float64]
    """In currency, the mean of all learned rows last. Shape (nodes, horizon, features + 1)."""
    names: tuple[str, ...]
    """Names of the features."""
    explained: NDArray[np.bool_]
    """Which nodes the trees forecast; the others follow seasonal naive. Shape (nodes,)."""


def _none(_: str) -> bool:
    """Drop no feature."""
    return False


class GlobalBoosting:
    """One direct LightGBM: target = (sales − base) / local level, step a feature; see `forecasting.features`."""

    name = "lightgbm"

    def __init__(
        self,
        *,
        seed: int = 1,
        threads: int = 1,
        trees: int = TREES,
        name: str = name,
        dropped: Callable[[str], bool] = _none,
        put_back: tuple[str, tuple[str, ...]] | None = None,
    ) -> None:
        """Learn without features that are `dropped`, for an ablation under a `name` of its own.

        With `put_back`, the text of former trees and the names of their features, nothing is learned.
        """
        self._put_back = put_back
        self.name = name
        self._dropped = dropped
        self._seed = seed
        self._threads = threads
        self._trees = trees
        self._last: tuple[Panel, _Learned | None] | None = None

    def forecast(self, panel: Panel) -> NDArray[np.float64]:
        """Learn from origins with known targets and forecast from the last period; thin nodes go to seasonal naive."""
        naive = OnItsHolidays(SeasonalNaive()).forecast(panel)
        learned = self._learn(panel)
        self._last = panel, learned
        if learned is None:
            return naive
        booster, features, ahead, trusted = learned
        change = np.asarray(booster.predict(features.rows[ahead.ravel()], num_threads=self._threads))
        forecast = features.base[ahead] + change.reshape(ahead.shape) * features.scale[ahead]
        return np.maximum(np.where(trusted & ~np.isnan(forecast), forecast, naive), 0.0)

    def explain(self, panel: Panel) -> Explanation | None:
        """Take the forecast apart (Lundberg et al. 2020); None if nothing could be learned.

        A panel that was just forecast is not learned again.
        """
        learned = self._last[1] if self._last is not None and self._last[0] is panel else self._learn(panel)
        if learned is None:
            return None
        booster, features, ahead, trusted = learned
        rows = features.rows[ahead.ravel()]
        parts = np.asarray(booster.predict(rows, pred_contrib=True, num_threads=self._threads))
        scale = features.scale[ahead]
        return Explanation(
            base=features.base[ahead],
            parts=parts.reshape(*ahead.shape, -1) * scale[:, :, None],
            names=features.names,
            explained=np.asarray(trusted.all(axis=1) & ~np.isnan(features.base[ahead]).any(axis=1)),
        )

    def written(self, panel: Panel) -> tuple[str, tuple[str, ...]]:
        """Give the trees as text, and the names of their features; empty where nothing could be learned."""
        learned = self._last[1] if self._last is not None and self._last[0] is panel else self._learn(panel)
        return ("", ()) if learned is None else (str(learned[0].model_to_string()), learned[1].names)

    def _former(self, panel: Panel, text: str, names: tuple[str, ...]) -> "_Learned | None":
        """Read former trees; their features must be those of today."""
        features = make_features(panel, np.array([panel.past - 1])).without(self._dropped)
        if features.names != names:
            other = sorted(set(features.names) ^ set(names))
            raise InvalidForecastError(
                f"the former trees read other features than today's tables give ({', '.join(other[:5])}); learn anew"
            )
        ahead = np.arange(len(features.base)).reshape(features.shape)[:, :, -1].T
        trusted = ~is_thin(panel)[:, None] & (features.scale[ahead] > 0)
        return lightgbm.Booster(model_str=text), features, ahead, trusted

    def _learn(self, panel: Panel) -> "_Learned | None":
        """Train; give the trees, the features, the rows to forecast and which of them may be believed."""
        if self._put_back is not None:
            return self._former(panel, *self._put_back)
        thin = is_thin(panel)
        origins = _training_origins(panel)
        if thin.all() or not len(origins):
            return None
        features = make_features(panel, np.append(origins, panel.past - 1)).without(self._dropped)
        index = np.arange(len(features.base)).reshape(features.shape)
        past, ahead = index[:, :, :-1], index[:, :, -1].T
        scale = features.scale[past]
        target = (_targets(panel, origins) - features.base[past]) / np.where(scale > 0, scale, 1.0)
        usable = ~np.isnan(target) & (scale > 0) & ~thin[None, :, None]
        if usable.sum() < FEWEST_ROWS:
            return None
        weight = scale / np.broadcast_to(_usual_change(panel)[None, :, None], scale.shape)
        booster = self._train(features, past[usable], target[usable], weight[usable])
        return booster, features, ahead, ~thin[:, None] & (features.scale[ahead] > 0)

    def _train(
        self, features: Features, rows: NDArray[np.int64], target: NDArray[np.float64], weight: NDArray[np.float64]
    ) -> lightgbm.Booster:
        """Fit the trees; an error weighs as it does in MASE, in units of the node's usual change year on year."""
        data = lightgbm.Dataset(
            features.rows[rows],
            label=np.clip(target, -LARGEST_CHANGE, LARGEST_CHANGE),
            weight=np.minimum(weight / weight.mean(), HEAVIEST),
            feature_name=[f"f{number}" for number in range(len(features.names))],
            categorical_feature=[row for row, name in enumerate(features.names) if name.startswith(KEY)],
            params=PARAMETERS | {"num_threads": self._threads},
        )
        parameters = PARAMETERS | {"num_threads": self._threads, "seed": self._seed}
        return lightgbm.train(parameters, data, num_boost_round=self._trees)


_Learned = tuple[lightgbm.Booster, Features, NDArray[np.int64], NDArray[np.bool_]]
"""What `GlobalBoosting._learn` gives."""


def _usual_change(panel: Panel) -> NDArray[np.float64]:
    """Mean absolute change year on year of each node, never 0: its own level where it never changed. Shape (nodes,)."""
    lag = panel.rhythm.lag(1)
    change = np.abs(panel.sales[:, lag:] - panel.sales[:, :-lag])
    known = ~np.isnan(change)
    mean = np.where(known, change, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    level = np.nan_to_num(panel.sales).mean(axis=1)
    return np.asarray(np.where(mean > 0, mean, np.maximum(level, 1.0)))


def _training_origins(panel: Panel) -> NDArray[np.int64]:
    """Choose the periods to learn from: a season of history before, at least one target known after."""
    origins = np.arange(panel.rhythm.season, panel.past - 1)
    rows = len(origins) * len(panel.sales) * panel.horizon
    return origins[::-1][:: max(1, -(-rows // MOST_ROWS))][::-1]


def _targets(panel: Panel, origins: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sales of the target periods, NaN where they are after the panel's origin. Shape (steps, nodes, origins)."""
    padded = np.concatenate([panel.sales, np.full((len(panel.sales), panel.horizon), np.nan)], axis=1)
    return np.stack([padded[:, origins + step] for step in range(1, panel.horizon + 1)])
