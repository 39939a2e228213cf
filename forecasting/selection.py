"""Score the backtest and choose: one model for all, seasonal naive where that model loses."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.backtest import Backtest
from forecasting.hierarchy import ALL as EVERY
from forecasting.hierarchy import Hierarchy
from forecasting.intervals import left_out_bands
from forecasting.metrics import coverage, mae, mape, rmse, wape
from forecasting.models.combination import GATE, broadest

ALL = ""
"""Stands for all regions in the scores: no region can be called that."""
SCORE_COLUMNS = ("region", "model", "mae", "rmse", "mape", "mase", "wape", "coverage_80", "chosen", "note")
NOT_COMPARED = "not enough history to compare models"
SAME = 1e-6
"""Share of a forecast below which two of them count as the same: sums that agree are only as exact as floats."""
CLEAR_LOSS = 1.02
"""A region goes back to seasonal naive when the chosen model's WAPE is more than this times that of seasonal naive."""
CLEAR_WIN = 0.9
"""Another model replaces the average of all when its error is less than this times the average's: a choice among close
ones is mostly luck, an average is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which model serves which region and which level, and why."""

    overall: str
    by_region: tuple[str, ...]
    """Model of each region, in the order of the regions."""
    notes: tuple[str, ...]

    def by_node(self, hierarchy: Hierarchy, by_level: tuple[str, ...]) -> tuple[str, ...]:
        """Give the model of each node: regions that keep seasonal naive keep it everywhere, else the level's model."""
        names = []
        for (region, *_), level in zip(hierarchy.codes, hierarchy.level, strict=True):
            if region != EVERY and (level == 0 or self.by_region[region] == GATE):
                names.append(self.by_region[region])
            else:
                names.append(by_level[level])
        return tuple(names)


def alike(backtest: Backtest, members: NDArray[np.bool_]) -> bool:
    """Tell whether all of several models forecast the same there: each follows last year where history is short.

    Parameters
    ----------
    members
        Which nodes. Shape (nodes,).
    """
    gate = backtest.forecasts[GATE][:, members]
    others = [each[:, members] for name, each in backtest.forecasts.items() if name != GATE]
    return bool(others) and all(np.allclose(each, gate, rtol=SAME, atol=SAME, equal_nan=True) for each in others)


def not_compared(regions: tuple[str, ...], wape_of_gate: float) -> Choice:
    """Keep seasonal naive everywhere, since the backtest cannot tell the models apart."""
    note = f"{NOT_COMPARED.capitalize()}: all follow last year, so {GATE} is used (WAPE {wape_of_gate:.1%})."
    return Choice(overall=GATE, by_region=(GATE,) * len(regions), notes=(note,))


def without_copies(
    marked: pd.DataFrame, backtest: Backtest, hierarchy: Hierarchy, regions: tuple[str, ...]
) -> pd.DataFrame:
    """Keep only the chosen row, with a note, of each region (and of all) in which all models forecast the same."""
    bottom = hierarchy.level == 0
    inside = {ALL: bottom, **{name: bottom & (hierarchy.codes[:, 0] == row) for row, name in enumerate(regions)}}
    copies = {name for name, members in inside.items() if alike(backtest, members)}
    same = marked["region"].isin(copies)
    noted = marked.assign(note=np.where(same, NOT_COMPARED, ""))
    return noted[(~same | marked["chosen"]).to_numpy()].reset_index(drop=True)


def score(backtest: Backtest, hierarchy: Hierarchy, regions: tuple[str, ...]) -> pd.DataFrame:
    """Measure every model in every region and over all, region × category × week by week.

    Returns
    -------
    Columns of `SCORE_COLUMNS` without `chosen` and `note`; `region` "" (all) first. MASE is the mean over series;
    coverage is measured on each origin with bands from the others (NaN with one origin).
    """
    rows = []
    for name, forecast in backtest.forecasts.items():
        rows += measure(backtest, name, forecast, hierarchy, regions)
    return pd.DataFrame(rows)


def measure(
    backtest: Backtest, name: str, forecast: NDArray[np.float64], hierarchy: Hierarchy, regions: tuple[str, ...]
) -> list[dict[str, str | float]]:
    """Measure one forecast over all bottom series and in every region; keys as columns of `score`."""
    low, high = left_out_bands(backtest.actual, forecast, backtest.scale, hierarchy.level)
    bottom = hierarchy.level == 0
    rows: list[dict[str, str | float]] = []
    for label, members in (
        (ALL, bottom),
        *((each, bottom & (hierarchy.codes[:, 0] == row)) for row, each in enumerate(regions)),
    ):
        actual, expected = backtest.actual[:, members].ravel(), forecast[:, members].ravel()
        rows.append(
            {
                "region": label,
                "model": name,
                "mae": float(mae(actual, expected)),
                "rmse": float(rmse(actual, expected)),
                "mape": float(mape(actual, expected)),
                "mase": mean_mase(backtest, forecast, members),
                "wape": float(wape(actual, expected)),
                "coverage_80": float(coverage(actual, low[:, members].ravel(), high[:, members].ravel()))
                if len(backtest.origins) > 1
                else float("nan"),
            }
        )
    return rows


def choose_by_level(backtest: Backtest, hierarchy: Hierarchy) -> tuple[str, ...]:
    """Choose the model of every level as `choose` does over all series, in the order of the levels."""
    chosen = []
    for level in range(len(hierarchy.levels)):
        members = hierarchy.level == level
        errors = pd.DataFrame(
            {
                "wape": float(wape(backtest.actual[:, members].ravel(), forecast[:, members].ravel())),
                "mase": mean_mase(backtest, forecast, members),
            }
            for forecast in backtest.forecasts.values()
        ).set_axis(list(backtest.forecasts))
        chosen.append(_best(_relative(errors)))
    return tuple(chosen)


def choose(scores: pd.DataFrame, regions: tuple[str, ...]) -> Choice:
    """Choose the model with the least mean of WAPE and MASE over those of seasonal naive; the simpler one of equals.

    The average of all models is kept unless another is clearly better.
    """
    overall = scores[scores["region"] == ALL].set_index("model")
    best = _best(_relative(overall))
    notes = [_why(best, overall)]
    served = []
    for region in regions:
        errors = _column(scores[scores["region"] == region].set_index("model"), "wape")
        lost = best != GATE and errors[best] > CLEAR_LOSS * errors[GATE]
        served.append(GATE if lost else best)
        if lost:
            notes.append(
                f"{region}: {best} had a WAPE of {errors[best]:.1%} against {errors[GATE]:.1%} of {GATE} in the "
                f"backtest, so {GATE} is used there."
            )
    return Choice(overall=best, by_region=tuple(served), notes=tuple(notes))


def _best(relative: pd.Series) -> str:
    """Choose by errors over those of seasonal naive."""
    average = broadest(str(name) for name in relative.index)
    least = str(relative.idxmin())
    best = average if average and float(relative[least]) >= CLEAR_WIN * float(relative[average]) else least
    return best if float(relative[best]) < 1.0 else GATE


def mark_chosen(scores: pd.DataFrame, served: pd.DataFrame, choice: Choice, regions: tuple[str, ...]) -> pd.DataFrame:
    """Add the columns `chosen` and `note` (empty), and order rows by region and model as they came, "" (all) first.

    Parameters
    ----------
    served
        Measures of what is served, one row per region: every node by its own model. They stand in the chosen rows.
    """
    wanted = {ALL: choice.overall, **dict(zip(regions, choice.by_region, strict=True))}
    order = {name: number for number, name in enumerate((ALL, *regions))}
    chosen = np.array([wanted[each] == model for each, model in zip(scores["region"], scores["model"], strict=True)])
    marked = scores.assign(chosen=chosen, note="")
    measures = [name for name in SCORE_COLUMNS if name not in {"region", "model", "chosen", "note"}]
    by_region = served.set_index("region")[measures]
    marked.loc[chosen, measures] = by_region.loc[marked.loc[chosen, "region"]].to_numpy()
    ordered = marked.sort_values("region", key=lambda column: column.map(order), kind="stable")
    return ordered.loc[:, list(SCORE_COLUMNS)].reset_index(drop=True)


def no_scores() -> pd.DataFrame:
    """Give an empty score table."""
    return pd.DataFrame({name: pd.Series(dtype="object") for name in SCORE_COLUMNS})


def _relative(overall: pd.DataFrame) -> pd.Series:
    """Mean of WAPE and MASE over those of seasonal naive; a measure that is not defined is left out."""
    parts = overall[["wape", "mase"]] / overall.loc[GATE, ["wape", "mase"]]
    return parts.replace([np.inf, -np.inf], np.nan).mean(axis=1).fillna(1.0)


def mean_mase(backtest: Backtest, forecast: NDArray[np.float64], members: NDArray[np.bool_]) -> float:
    """Mean over origins and series of the absolute error over the past's seasonal difference."""
    error = mae(backtest.actual[:, members], forecast[:, members]) / backtest.seasonal_error[:, members]
    known = error[~np.isnan(error)]
    return float(known.mean()) if len(known) else float("nan")


def _why(best: str, overall: pd.DataFrame) -> str:
    """Say in one sentence which model won and by how much."""
    errors, scaled = _column(overall, "wape"), _column(overall, "mase")
    if best == GATE:
        return f"No model beat {GATE} in the backtest (WAPE {errors[GATE]:.1%}), so {GATE} is used."
    gain = 1 - errors[best] / errors[GATE]
    return (
        f"{best} won the backtest: WAPE {errors[best]:.1%} over region × category × week, {gain:.0%} below {GATE} "
        f"({errors[GATE]:.1%})"
        + (f"; MASE {scaled[best]:.2f} against {scaled[GATE]:.2f}." if scaled[GATE] > 0 else ".")
    )


def _column(table: pd.DataFrame, name: str) -> dict[str, float]:
    """Read one measure by model."""
    return dict(zip((str(model) for model in table.index), table[name].to_numpy(np.float64).tolist(), strict=True))
