"""Score one recipe on any panel by rolling origins, each choice made on earlier origins only."""

import dataclasses
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.backtest import FEWEST_PERIODS, Backtest, Made, gather, local_scale, make_forecasts, seasonal_error
from forecasting.intervals import ENDS, calibrate, quantiles, spread, wide_bands
from forecasting.metrics import coverage, mae, rmse, wape
from forecasting.models.combination import GATE
from forecasting.models.protocol import Model
from forecasting.own_models import choose_by_node
from forecasting.panel import Panel
from forecasting.selection import choose_by_level

Array = NDArray[np.float64]
ALL_NODES = "all nodes"
CHOSEN = "chosen"
INNER_ORIGINS = 6
"""Origins before each scored one from which gate, averages and widths of the intervals are taken."""
PROBABILITIES = tuple(round(0.05 * number, 2) for number in range(1, 20))
"""Those of the sCRPS, as in Rangapuram et al. 2021 (HierE2E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table; errors over the nodes of the level, all origins together."""

    set: str
    level: str
    model: str
    mase: float
    rmse: float
    wape: float
    coverage_80: float
    cpu_seconds: float
    scrps: float

    def as_dict(self) -> dict[str, str | float | None]:
        """Give plain data, rounded for reading; a measure that is not defined (nothing was sold) is None."""
        return {
            name: value if isinstance(value, str) else round(value, 4) if np.isfinite(value) else None
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """One model's forecasts at the scored origins. Shapes (origins, nodes, horizon), quantiles first."""

    median: Array
    low: Array
    high: Array
    quantiles: Array


class Timed:
    """A model that counts the CPU seconds it takes."""

    def __init__(self, model: Model) -> None:
        self.name = model.name
        self.seconds = 0.0
        self._model = model

    def forecast(self, panel: Panel) -> Array:
        """Forecast, and add up the time."""
        started = cpu_seconds()
        made = self._model.forecast(panel)
        self.seconds += cpu_seconds() - started
        return made


def cpu_seconds() -> float:
    """Give the CPU seconds of this process and of those it started that have ended: Prophet fits in one of its own."""
    return sum(os.times()[:4])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Result:
    """What came at the scored origins, and what every model had forecast."""

    panel: Panel
    origins: tuple[int, ...]
    actual: Array
    past_error: Array
    """Of seasonal naive in the past, for MASE. Shape (origins, nodes)."""
    by_model: dict[str, Scored]
    cpu_seconds: dict[str, float]
    choices: tuple[tuple[str, ...], ...]
    """Model of each level, per origin."""
    earlier: tuple[Array, ...]
    """Errors of what is served at the earlier origins that each scored one rests on, as shares of the forecast.
    Shapes (earlier origins, nodes, horizon)."""
    own: tuple[int, ...]
    """Nodes with a model of their own, per origin with a backtest."""


def score(
    panel: Panel,
    models: Sequence[Model],
    *,
    horizon: int,
    origins: int,
    spacing: int,
    inner_gap: int,
    longest: int | None = None,
    peers: Sequence[Model] = (),
) -> Result:
    """Forecast from `origins` origins, `spacing` periods apart, the last one `horizon` periods before the end.

    At each, gate, averages and intervals come from up to `INNER_ORIGINS` earlier origins, `inner_gap` periods apart,
    whose targets were all known by then. Forecasts of an origin are made once, whatever they serve for, from the last
    `longest` periods up to it. Peers are scored alike, but no choice and no average rests on them.
    """
    timed, beside = [Timed(model) for model in models], [Timed(peer) for peer in peers]
    made: dict[int, Made] = {}
    of_peers: dict[tuple[str, int], Array] = {}

    def at(origin: int) -> Made:
        if origin not in made:
            made[origin] = make_forecasts(panel.at_origin(origin, horizon, longest=longest), timed)
        return made[origin]

    def of_peer(peer: Timed, origin: int) -> Array:
        if (peer.name, origin) not in of_peers:
            apart = peer.forecast(panel.at_origin(origin, horizon, longest=longest))
            of_peers[peer.name, origin] = at(origin).reconciler.reconcile(apart)
        return of_peers[peer.name, origin]

    last = panel.past - 1 - horizon
    scored = tuple(last - spacing * number for number in range(origins))[::-1]
    started = cpu_seconds()
    found: dict[str, list[list[Array]]] = {}
    choices, own, earlier = [], [], []
    for origin in scored:
        inner = inner_origins(origin, horizon, inner_gap, fewest=2 * panel.rhythm.season)
        known = panel.at_origin(origin, 0)
        past = gather_known(known, horizon, inner, [at(each) for each in inner]) if inner else None
        by_level = choose_by_level(past, panel.hierarchy) if past else (GATE,) * len(panel.hierarchy.levels)
        choices.append(by_level)
        names = [by_level[level] for level in panel.hierarchy.level]
        if past:
            usual, names = names, list(choose_by_node(past, panel.hierarchy, names))
            before = past.served(names)
            earlier.append((past.actual - before) / np.maximum(before, 1e-9))
            own.append(sum(name != before for name, before in zip(names, usual, strict=True)))
        scale = local_scale(known.sales, panel.rhythm)
        for name in (*(model.name for model in models), CHOSEN):
            median = at(origin).served(names) if name == CHOSEN else at(origin).forecasts[name]
            before = None
            if past:
                before = past.served(names) if name == CHOSEN else past.forecasts[name]
            found.setdefault(name, []).append(_with_bands(median, scale, panel.hierarchy.level, past, before))
        for peer in beside:
            before = np.stack([of_peer(peer, each) for each in inner]) if inner else None
            bands = _with_bands(of_peer(peer, origin), scale, panel.hierarchy.level, past, before)
            found.setdefault(peer.name, []).append(bands)
    seconds = {model.name: model.seconds for model in (*timed, *beside)}
    seconds[CHOSEN] = cpu_seconds() - started - sum(peer.seconds for peer in beside)
    return Result(
        panel=panel,
        origins=scored,
        actual=np.stack([panel.sales[:, origin + 1 : origin + 1 + horizon] for origin in scored]),
        past_error=np.stack([seasonal_error(panel.sales[:, : origin + 1], panel.rhythm) for origin in scored]),
        by_model={
            name: Scored(
                median=np.stack([part[0] for part in parts]),
                low=np.stack([part[1] for part in parts]),
                high=np.stack([part[2] for part in parts]),
                quantiles=np.stack([part[3] for part in parts], axis=1),
            )
            for name, parts in found.items()
        },
        cpu_seconds=seconds,
        choices=tuple(choices),
        earlier=tuple(earlier),
        own=tuple(own),
    )


def _with_bands(
    median: Array, scale: Array, level: NDArray[np.int64], past: Backtest | None, before: Array | None
) -> list[Array]:
    """Give median, P10, P90 and the quantiles of the sCRPS; wide ones where nothing could be backtested."""
    if past is None or before is None:
        fine, coarse = (wide_bands(level, probabilities) for probabilities in (PROBABILITIES, ENDS))
    else:
        fine = calibrate(past.actual, before, past.scale, level, probabilities=PROBABILITIES)
        coarse = calibrate(past.actual, before, past.scale, level)
    ends = spread(coarse, median, scale, level)
    return [median, *ends, _around(quantiles(fine, median, scale, level), median)]


def gather_known(known: Panel, horizon: int, inner: Sequence[int], made: Sequence[Made]) -> Backtest:
    """Lay the forecasts of earlier origins beside what had come by the scored one."""
    cut = known.at_origin(known.past - 1 - horizon, horizon)
    whole = dataclasses.replace(known, dates=np.concatenate([cut.dates, cut.dates[-1] + np.arange(1, horizon + 1)]))
    return gather(whole, inner, made)


def inner_origins(origin: int, horizon: int, gap: int, *, fewest: int) -> tuple[int, ...]:
    """Give the earlier origins whose horizon ends at `origin` or before, the oldest first.

    Each has `fewest` periods up to it, or where none has, as a short history's backtest in the product.
    """
    found = [origin - horizon - gap * number for number in range(INNER_ORIGINS)][::-1]
    far = tuple(each for each in found if each + 1 >= fewest)
    return far or tuple(each for each in found if each + 1 >= fewest // 2 + FEWEST_PERIODS)


def rows_of(
    result: Result, name: str, *, weeks: NDArray[np.bool_] | None = None, without: Sequence[str] = ()
) -> list[Row]:
    """Measure every model on every level and over all nodes.

    Parameters
    ----------
    weeks
        Which targets count; all by default. Shape (origins, horizon).
    without
        Levels that are left out of further rows over all other nodes.
    """
    hierarchy = result.panel.hierarchy
    parts = [(level, hierarchy.level == number) for number, level in enumerate(hierarchy.levels)]
    rows = []
    for label, members in [(ALL_NODES, np.ones(len(hierarchy.level), dtype=bool)), *parts]:
        for model in result.by_model:
            row = row_of(result, name, label, model, members, weeks)
            if label == ALL_NODES:
                mean = np.mean([row_of(result, name, part, model, each, weeks).scrps for part, each in parts])
                row = Row(**(asdict(row) | {"scrps": float(mean)}))
            rows.append(row)
    for level in without:
        members = hierarchy.level != hierarchy.levels.index(level)
        rows += [row_of(result, name, f"{ALL_NODES} but {level}", model, members, weeks) for model in result.by_model]
    return rows


def row_of(  # noqa: PLR0917 - read like the table it fills
    result: Result, name: str, label: str, model: str, members: NDArray[np.bool_], weeks: NDArray[np.bool_] | None
) -> Row:  # fmt: skip
    """Measure one model on some nodes; the sCRPS is 2 · mean pinball loss · n / Σ|y|."""
    actual = result.actual[:, members]
    if weeks is not None:
        actual = np.where(weeks[:, None, :], actual, np.nan)
    made = result.by_model[model]
    median, low, high = (values[:, members] for values in (made.median, made.low, made.high))
    known = ~np.isnan(actual)
    scaled = mae(actual, median) / result.past_error[:, members]
    sold = float(np.abs(actual[known]).sum())
    share = np.array(PROBABILITIES)[:, None, None, None]
    error = actual[None] - made.quantiles[:, :, members]
    pinball = np.where(known[None], np.maximum(share * error, (share - 1) * error), 0.0)
    return Row(
        set=name,
        level=label,
        model=model,
        mase=float(np.mean(scaled[~np.isnan(scaled)])) if (~np.isnan(scaled)).any() else float("nan"),
        rmse=float(rmse(actual.ravel(), median.ravel())),
        wape=float(wape(actual.ravel(), median.ravel())),
        coverage_80=float(coverage(actual.ravel(), low.ravel(), high.ravel())),
        cpu_seconds=result.cpu_seconds[model],
        scrps=float(2 * pinball.mean(axis=0).sum() / sold) if sold > 0 else float("nan"),
    )


def _around(values: Array, median: Array) -> Array:
    """Order the quantiles and put the forecast itself in their middle."""
    middle = len(values) // 2
    below, above = np.minimum(values[:middle], median), np.maximum(values[middle + 1 :], median)
    return np.sort(np.concatenate([below, median[None], above]), axis=0)
