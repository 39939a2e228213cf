"""Compare past forecasts with what came: error, bias, tracking signal, drift and coverage per region, and an alarm."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.drift import INPUT_COLUMNS, persistence_of, stability_index, stability_limit
from forecasting.shared_shift import LEAST_BIAS as SHARED_BIAS
from forecasting.shared_shift import SharedShift, shared_shift

Array = NDArray[np.float64]
SIGNAL_LIMIT = 4.0
"""Tracking signal beyond which a forecast is held to be biased: Trigg 1964's usual 4 mean absolute deviations."""
LEAST_BIAS = 0.1
"""Share of the forecast that a bias must reach for an alarm, whatever the signal: small errors are no emergency."""
LEAST_COVERAGE = 0.5
"""Share of weeks inside P10 to P90, meant to be 0.8, below which the alarm is raised."""
FEWEST_WEEKS = 4
FEWEST_EARLIER = 10
"""Earlier errors of a region that a shift is told by, at the least."""
WATCH_COLUMNS = (
    "region", "weeks", "wape", "bias", "tracking_signal", "coverage_80", "drift", "drift_limit", "alarm", "reason",
)  # fmt: skip


def no_inputs() -> pd.DataFrame:
    """Give an empty table of inputs."""
    return pd.DataFrame({name: pd.Series(dtype="object") for name in INPUT_COLUMNS})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Watch:
    """What became of a forecast."""

    table: pd.DataFrame
    """Columns of `WATCH_COLUMNS`, one row per region, by name. Shares, bias that of the
    forecast; tracking signal in mean absolute deviations;
    drift as population stability index of the errors and the limit that steady errors seldom pass with so few weeks
    (`forecasting.drift.stability_limit`; NaN without earlier errors), alarm and its reason."""
    inputs: pd.DataFrame = field(default_factory=no_inputs)
    """Columns of `forecasting.drift.INPUT_COLUMNS`: what the forecast learns from, before and now."""
    advice: tuple[str, ...]
    """Sentences: what to do."""
    shared: SharedShift | None = None
    """Errors of all regions together; None where too little is known of them."""

    @property
    def alarmed(self) -> tuple[str, ...]:
        """Names of the regions with an alarm."""
        return tuple(self.table.loc[self.table["alarm"].astype(bool), "region"])


def watch_forecast(
    forecast: pd.DataFrame,
    actuals: pd.DataFrame,
    *,
    earlier: pd.DataFrame | None = None,
    inputs: pd.DataFrame | None = None,
) -> Watch:
    """Compare forecast weeks with the sales that came in them; weeks that have not come yet are left out.

    Parameters
    ----------
    forecast
        Columns region, week, p10, p50, p90 (currency), one row per region and week, such as the level `region` of
        `forecasting.history.Forecast.levels`.
    actuals
        Columns region, week, sales (currency); several rows of a region and week are added up.
    earlier
        Columns region, error: errors of earlier forecasts as shares of the forecast, in the order of their weeks, to
        tell drift by.
    inputs
        Result of `forecasting.drift.input_drift`.

    Returns
    -------
    One row per region with at least one week.
    """
    came = actuals.groupby(["region", "week"], observed=True)["sales"].sum().reset_index()
    both = forecast.merge(came, on=["region", "week"], how="inner").sort_values(["region", "week"])
    rows = [_row(str(region), part, earlier) for region, part in both.groupby("region", sort=True, observed=True)]
    shared = shared_shift(both, earlier)
    table = _with_shared(pd.DataFrame(rows, columns=list(WATCH_COLUMNS)), shared)
    shifts = no_inputs() if inputs is None else inputs
    return Watch(table=table, advice=_advice(table, shifts, shared), inputs=shifts, shared=shared)


def tracking_signal(errors: Array) -> float:
    """Sum of errors over their mean absolute value: Brown 1959; 0 when nothing went wrong.

    Parameters
    ----------
    errors
        Actual minus forecast, in currency. Shape (weeks,).
    """
    deviation = float(np.abs(errors).mean()) if len(errors) else 0.0
    return float(errors.sum()) / deviation if deviation > 0 else 0.0


def _row(region: str, part: pd.DataFrame, earlier: pd.DataFrame | None) -> dict[str, str | float | bool]:
    """Measure one region."""
    actual, median = part["sales"].to_numpy(np.float64), part["p50"].to_numpy(np.float64)
    errors = actual - median
    sold = max(float(np.abs(actual).sum()), 1e-9)
    inside = (actual >= part["p10"].to_numpy(np.float64)) & (actual <= part["p90"].to_numpy(np.float64))
    bias = float(errors.sum()) / max(float(median.sum()), 1e-9)
    signal, covered = tracking_signal(errors), float(inside.mean())
    drift = limit = float("nan")
    if earlier is not None and len(part) >= FEWEST_WEEKS:
        before = earlier.loc[(earlier["region"] == region).to_numpy(), "error"].to_numpy(np.float64)
        if len(before) >= FEWEST_EARLIER:
            drift = stability_index(before, errors / np.maximum(median, 1e-9))
            limit = stability_limit(len(before), len(part), persistence=persistence_of(before))
    reasons = []
    if abs(signal) > SIGNAL_LIMIT and abs(bias) > LEAST_BIAS:
        reasons.append(f"sales are {abs(bias):.0%} {'above' if bias > 0 else 'below'} the forecast, week after week")
    if covered < LEAST_COVERAGE:
        reasons.append(f"only {inside.sum()} of {len(inside)} weeks lie between P10 and P90")
    enough = len(part) >= FEWEST_WEEKS
    return {
        "region": region,
        "weeks": len(part),
        "wape": float(np.abs(errors).sum()) / sold,
        "bias": bias,
        "tracking_signal": signal,
        "coverage_80": covered,
        "drift": drift,
        "drift_limit": limit,
        "alarm": bool(reasons) and enough,
        "reason": "; ".join(reasons) if enough else f"weeks that came: {len(part)}, too few to judge",
    }


def _with_shared(table: pd.DataFrame, shared: SharedShift | None) -> pd.DataFrame:
    """Raise the alarm of regions that take part in a shift of all together: those that err its way, week after week.

    Where no region does so beyond the limit of its tracking signal, all that err its way by 5 % take part.
    """
    if shared is None or not shared.alarm:
        return table
    way = np.sign(shared.bias)
    same = (np.sign(table["bias"]) == way).to_numpy(bool)
    steady = same & (way * table["tracking_signal"] > SIGNAL_LIMIT).to_numpy(bool)
    large = same & (table["bias"].abs() > SHARED_BIAS).to_numpy(bool)
    hit = (steady if steady.any() else large) & ~table["alarm"].to_numpy(bool)
    told = [
        f"sales are {abs(bias):.0%} {'above' if way > 0 else 'below'} the forecast, as in all regions together "
        f"({abs(shared.bias):.0%})"
        for bias in table["bias"]
    ]
    return table.assign(alarm=table["alarm"].astype(bool) | hit, reason=np.where(hit, told, table["reason"]))


def _advice(table: pd.DataFrame, inputs: pd.DataFrame, shared: SharedShift | None) -> tuple[str, ...]:
    """Say what to do."""
    if table.empty:
        return ("No week of the forecast has come yet: nothing to compare.",)
    alarmed = table.loc[table["alarm"].astype(bool), "region"].tolist()
    lines = []
    if shared is not None and shared.alarm:
        lines.append(
            f"All regions together sold {abs(shared.bias):.0%} {'more' if shared.bias > 0 else 'less'} than forecast "
            f"over {shared.weeks} weeks, where errors as before stay within {shared.limit:.0%}: look for one cause."
        )
    few = table["weeks"] < FEWEST_WEEKS
    if few.all():
        lines.append(f"Too few weeks have come to judge the forecast: compare again once {FEWEST_WEEKS} are in.")
    elif few.any():
        lines.append(f"Too few weeks have come to judge {_listed(table.loc[few, 'region'].tolist())}.")
    if alarmed:
        lines.append(
            f"Alarm for {_listed(alarmed)}: forecast anew with the sales that came, and look for a cause to enter as "
            "an event; until then trust what came more than the forecast."
        )
    shifted = table.loc[(table["drift"] > table["drift_limit"]) & ~table["alarm"].astype(bool), "region"].tolist()
    if shifted:
        lines.append(f"Errors have shifted in {_listed(shifted)}: forecast anew soon.")
    for name, part in inputs[inputs["shifted"].astype(bool).to_numpy()].groupby("input", sort=True):
        lines.append(
            f"What the forecast learns from has shifted, {name}: {_listed(part['region'].tolist())}. Look for a cause, "
            "and forecast anew."
        )
    return tuple(lines) or ("The forecast holds: no need to make it anew.",)


def _listed(names: Sequence[str]) -> str:
    """Write names in one line."""
    return ", ".join(names)
