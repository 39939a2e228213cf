"""Tell whether errors or inputs have shifted, with limits that know how few weeks there are."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2
from scipy.stats import t as student

Array = NDArray[np.float64]
MOST_BINS = 10
WEEKS_PER_BIN = 4
CONFIDENCE = 0.99
"""Of steady series, one in a hundred is taken for shifted."""
YEAR = 52
FEWEST_WEEKS = 4
INPUT_COLUMNS = ("region", "input", "weeks", "shift", "limit", "shifted")
YEAR_ON_YEAR, MIX = "sales against last year", "mix of categories"


def stability_index(before: Array, now: Array) -> float:
    """Measure a shift by the population stability index Σ (q − p) ln(q / p) over bins that held equal shares before.

    Ten bins, fewer where there are few weeks now; half a week is added to every bin, so that an empty one counts as
    little as it should. Shapes (weeks before,), (weeks now,).
    """
    bins = bins_for(len(now))
    edges = np.unique(np.quantile(before, np.linspace(0, 1, bins + 1)[1:-1]))
    shares = []
    for values in (before, now):
        count = np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1) + 0.5
        shares.append(count / count.sum())
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


def bins_for(weeks: int) -> int:
    """Choose two to ten bins: one for every four weeks."""
    return int(np.clip(weeks // WEEKS_PER_BIN, 2, MOST_BINS))


def stability_limit(before: int, now: int, *, persistence: float = 0.0) -> float:
    """Give the index that steady weeks exceed once in a hundred times.

    Without a shift the index is about (1/n + 1/m) · χ² with one degree of freedom less than bins (Yurdakul & Naranjo
    2020), so that the usual 0.25 would be passed by chance again and again when weeks are few. Weeks that resemble the
    one before count less: n · (1 − r) / (1 + r).

    Parameters
    ----------
    before, now
        Numbers of weeks.
    persistence
        Correlation r of a week's value with the one before; below 0 it counts as 0.
    """
    worth = _worth(persistence)
    counted = 1 / max(before * worth, 1.0) + 1 / max(now * worth, 1.0)
    return float(counted * chi2.ppf(CONFIDENCE, bins_for(now) - 1))


def mean_limit(before: int, now: int, *, persistence: float = 0.0) -> float:
    """Give the distance of two means that steady weeks exceed once in a hundred times: Student's, two-sided.

    Weeks that resemble the one before count less, as in `stability_limit`.

    Returns
    -------
    In standard deviations of a week before.
    """
    worth = _worth(persistence)
    n, m = max(now * worth, 1.0), max(before * worth, 2.0)
    return float(student.ppf((1 + CONFIDENCE) / 2, m - 1)) * float(np.sqrt(1 / n + 1 / m))


def _worth(persistence: float) -> float:
    """Give what share of a new week one that resembles the week before is worth."""
    r = float(np.clip(persistence, 0.0, 0.95))
    return (1 - r) / (1 + r)


def persistence_of(values: Array) -> float:
    """Give the correlation of neighbouring weeks; 0 where nothing varies. Shape (weeks,)."""
    if len(values) < FEWEST_WEEKS or np.std(values[:-1]) == 0 or np.std(values[1:]) == 0:
        return 0.0
    return float(np.corrcoef(values[:-1], values[1:])[0, 1])


def input_drift(history: pd.DataFrame, came: pd.DataFrame) -> pd.DataFrame:
    """Tell per region whether what the forecast learns from has shifted: sales against last year, mix of categories.

    *Sales against last year*: mean of the log of each week's sales over those 52 weeks before, the new weeks against
    all before, as a share; the limit is Student's, two-sided. *Mix*: half the sum of absolute changes of the
    categories' shares against the same weeks of last year; its limit is the
    largest such change of as many neighbouring weeks anywhere in the history.

    Parameters
    ----------
    history, came
        Columns region, category, week (Mondays), sales (currency); `came` after `history`.

    Returns
    -------
    Columns of `INPUT_COLUMNS`, two rows per region with at least four new weeks and the weeks a year before known.
    """
    rows = []
    for region, new in came.groupby("region", sort=True, observed=True):
        old = history[(history["region"] == region).to_numpy()]
        both = pd.concat([old, new]).pivot_table(
            index="week", columns="category", values="sales", aggfunc="sum", observed=True
        )
        weeks = pd.date_range(both.index.min(), both.index.max(), freq="7D")
        cube = both.reindex(weeks).to_numpy(np.float64)
        count = int((weeks >= new["week"].min()).sum())
        if count >= FEWEST_WEEKS and len(cube) - count > YEAR + count:
            rows += [(str(region), *found) for found in (_year_on_year(cube, count), _mix(cube, count))]
    return pd.DataFrame(rows, columns=list(INPUT_COLUMNS))


def _year_on_year(cube: Array, count: int) -> tuple[str, int, float, float, bool]:
    """Compare the change against last year in the new weeks with that before. Shape (weeks, categories)."""
    total = np.nansum(cube, axis=1)
    there = (total[YEAR:] > 0) & (total[:-YEAR] > 0)
    change = np.log(np.where(there, total[YEAR:], 1.0) / np.where(there, total[:-YEAR], 1.0))
    before, now = change[:-count][there[:-count]], change[-count:][there[-count:]]
    if len(before) < YEAR // 2 or len(now) < FEWEST_WEEKS:
        return YEAR_ON_YEAR, len(now), float("nan"), float("nan"), False
    moved = float(now.mean() - before.mean())
    limit = float(before.std(ddof=1)) * mean_limit(len(before), len(now), persistence=persistence_of(before))
    way = 1.0 if moved >= 0 else -1.0
    return YEAR_ON_YEAR, len(now), float(np.expm1(moved)), float(abs(np.expm1(way * limit))), abs(moved) > limit


def _mix(cube: Array, count: int) -> tuple[str, int, float, float, bool]:
    """Compare the mix of the new weeks with a year before, and with the mix of all stretches as long."""
    sums = np.vstack([np.zeros(cube.shape[1]), np.cumsum(np.nan_to_num(cube), axis=0)])
    stretch = sums[count:] - sums[:-count]
    whole = stretch.sum(axis=1, keepdims=True)
    share = stretch / np.where(whole > 0, whole, 1.0)
    moved = np.abs(share[YEAR:] - share[:-YEAR]).sum(axis=1) / 2
    limit = float(moved[:-count].max())
    return MIX, count, float(moved[-1]), limit, bool(moved[-1] > limit)
