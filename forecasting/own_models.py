"""Let atypical nodes win a model of their own, as far as a few origins let one believe it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forecasting.backtest import Backtest
from forecasting.hierarchy import ALL as EVERY
from forecasting.hierarchy import Hierarchy
from forecasting.models.combination import GATE
from forecasting.selection import CLEAR_WIN

Array = NDArray[np.float64]
FEWEST_ORIGINS = 3
"""Origins that a model of its own must be told by, at the least."""
FEWEST_NODES = 5
"""Nodes of a level from which one can tell how much nodes differ in earnest."""
MATTERS = 0.05
"""Part of the local scale that is added to errors before they are compared: two that are both tiny are the same."""


def choose_by_node(backtest: Backtest, hierarchy: Hierarchy, usual: Sequence[str]) -> tuple[str, ...]:
    """Replace the usual model of a node where another is clearly better there, in the order of the nodes.

    The log of each model's error over that of the usual one is averaged over origins and drawn towards the mean of the
    node's level, the more the less nodes differ beyond what origins differ within a node (Efron & Morris 1975). What is
    left must be as clear a win as a level needs, and the win must be there at every origin. Seasonal naive is no
    candidate, since whole regions fall back to it by a rule of their own, and nodes that did keep it.

    Parameters
    ----------
    usual
        Name of the model of each node so far.
    """
    chosen = list(usual)
    if len(backtest.origins) < FEWEST_ORIGINS:
        return tuple(chosen)
    errors = {name: _sizes(backtest, forecast) for name, forecast in backtest.forecasts.items()}
    names = np.array(usual)
    for level in range(len(hierarchy.levels)):
        for own in dict.fromkeys(names[hierarchy.level == level].tolist()):
            nodes = np.flatnonzero((hierarchy.level == level) & (names == own))
            others = [name for name in errors if name not in {own, GATE}]
            if own == GATE or not others or len(nodes) < FEWEST_NODES:
                continue
            ratios = [np.log(errors[name] / errors[own])[:, nodes] for name in others]
            gains = np.stack([np.where((ratio < 0).all(axis=0), _believed(ratio), 0.0) for ratio in ratios])
            best = gains.argmin(axis=0)
            for place, node in enumerate(nodes):
                if gains[best[place], place] < np.log(CLEAR_WIN):
                    chosen[node] = others[best[place]]
    return tuple(chosen)


def told_own(
    chosen: Sequence[str], usual: Sequence[str], hierarchy: Hierarchy, members: Sequence[Sequence[str]]
) -> tuple[str, ...]:
    """Say which nodes won a model of their own: one sentence a model, none where none did.

    Parameters
    ----------
    members
        Names of the members of each key.
    """
    by_model: dict[str, list[str]] = {}
    for name, before, codes in zip(chosen, usual, hierarchy.codes.tolist(), strict=True):
        if name != before:
            parts = [names[code] for names, code in zip(members, codes, strict=True) if code != EVERY]
            by_model.setdefault(name, []).append(" / ".join(parts) or "the total")
    return tuple(
        f"{name} is used for {', '.join(nodes[:8])}{f' and {len(nodes) - 8} more' if len(nodes) > 8 else ''}, where it "
        f"was clearly better over all origins of the backtest."
        for name, nodes in by_model.items()
    )


def _sizes(backtest: Backtest, forecast: Array) -> Array:
    """Mean absolute error of each node at each origin, a little of its scale added. Shape (origins, nodes)."""
    error = np.abs(backtest.actual - forecast)
    there = ~np.isnan(error)
    mean = np.where(there, error, 0.0).sum(axis=2) / np.maximum(there.sum(axis=2), 1)
    return np.asarray(mean + MATTERS * backtest.scale)


def _believed(ratio: Array) -> Array:
    """Draw each node's mean over origins towards that of all nodes. Shapes (origins, nodes), (nodes,)."""
    origins = len(ratio)
    mean = ratio.mean(axis=0)
    noise = float(ratio.var(axis=0, ddof=1).mean()) / origins
    differ = max(float(mean.var(ddof=1)) - noise, 0.0)
    belief = differ / (differ + noise) if differ > 0 else 0.0
    return np.asarray(mean.mean() + belief * (mean - mean.mean()))
