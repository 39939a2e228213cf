"""Find what areas could sell by their attributes, and let the headroom of their accounts know it."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.headroom import LARGEST_HEADROOM, PROSPECT_CONVERSION
from forecasting.history import AREA_COLUMNS, no_areas
from forecasting.potential import NORMAL_80
from forecasting.small_areas import SmallAreas, fay_herriot

Array = NDArray[np.float64]
AREA_WEIGHT = 0.5
"""How much an area's headroom by its attributes counts beside the sum of its accounts' by their likes."""
FEWEST_AREAS = 8
"""Areas with sales for each column of the model, at the least."""
LEAST_VARIANCE = 0.01
"""Of the logarithm of an area's sales: nothing is known better than to a tenth."""
MOST_VARIANCE = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AreaPotential:
    """Accounts whose headroom knows their area, and the areas."""

    potential: pd.DataFrame
    """As `forecasting.potential.share_out_potential` gives it, with headroom, potential, low and high anew."""
    areas: pd.DataFrame
    """Columns of `forecasting.history.AREA_COLUMNS`, by area, in currency over the period: *baseline* of its accounts;
    *expected*, what its attributes and, as far as it is sure, its own sales tell; *reach*, what good areas with such
    attributes sell; *headroom* of its accounts; *white_space*, what is left up to the reach beside them (no account
    holds it); *potential*, *low*, *high* of its accounts."""
    note: str


def with_area_attributes(
    potential: pd.DataFrame,
    accounts: pd.DataFrame,
    areas: pd.DataFrame,
    attributes: Sequence[str],
    *,
    headroom_share: float,
    headroom_quantile: float,
) -> AreaPotential:
    """Estimate each area's sales by its attributes, and move the headroom of its accounts half of the way there.

    The logarithm of an area's baseline follows those of its attributes (their elasticities are learned), with an error
    of its own and one of sampling that is larger where few or restless accounts make it up: `fay_herriot`. An area's
    headroom is the distance from its shrunk estimate up to the `headroom_quantile` of areas with such attributes: a
    well-worked area has none, however much it sells. Areas without sales count for a part of that quantile, as
    prospects do.

    Parameters
    ----------
    potential
        Columns of `forecasting.potential.POTENTIAL_COLUMNS`.
    accounts
        Columns account_id, area_id, in the order of `potential`.
    areas
        Columns area_id, region and the attributes; an attribute that is not known counts as the median.
    """
    place = pd.Index(areas["area_id"]).get_indexer(pd.Index(accounts["area_id"]))
    count = np.bincount(place, minlength=len(areas))
    baseline = potential["baseline"].to_numpy(np.float64)
    own: Array = np.bincount(place, baseline, len(areas)).astype(np.float64)
    columns = _columns(areas, attributes)
    sold = own > 0
    if sold.sum() < FEWEST_AREAS * columns.shape[1]:
        few = f"{sold.sum()} areas with sales are too few to learn from {', '.join(attributes)}"
        return AreaPotential(potential=potential, areas=no_areas(), note=f"{few}; accounts' likes alone count.")
    spread = (baseline - np.minimum(potential["low"].to_numpy(np.float64), baseline)) / NORMAL_80
    variance = np.bincount(place, spread**2, len(areas)) / np.where(sold, own, 1.0) ** 2
    value = np.where(sold, np.log(np.where(sold, own, 1.0)), np.nan)
    model = fay_herriot(value, np.clip(variance, LEAST_VARIANCE, MOST_VARIANCE), columns)
    room = _headroom(model, own, headroom_quantile)
    known: Array = np.bincount(place, potential["headroom"].to_numpy(np.float64), len(areas)).astype(np.float64)
    wanted = np.where(count > 0, (1 - AREA_WEIGHT) * known + AREA_WEIGHT * room, 0.0)
    moved = _moved(potential, place, wanted, known, share=headroom_share)
    sums = {
        name: np.bincount(place, moved[name].to_numpy(np.float64), len(areas)).round(2)
        for name in ("headroom", "potential", "low", "high")
    }
    reach = np.exp(model.synthetic + NormalDist().inv_cdf(headroom_quantile) * np.sqrt(model.model_variance))
    table = pd.DataFrame(
        {
            "area_id": areas["area_id"].to_numpy(),
            "region": areas["region"].to_numpy(),
            "accounts": count,
            "baseline": own.round(2),
            "expected": np.exp(model.shrunk).round(2),
            "reach": reach.round(2),
            "white_space": np.maximum(room - sums["headroom"], 0.0).round(2),
            **sums,
        }
    )[list(AREA_COLUMNS)]
    told = ", ".join(f"{name} {power:+.2f}" for name, power in zip(attributes, model.beta[1:], strict=True))
    note = f"Sales of an area rise with its attributes by the powers {told}, learned from {sold.sum()} areas."
    return AreaPotential(potential=moved, areas=table, note=note)


def _columns(areas: pd.DataFrame, attributes: Sequence[str]) -> Array:
    """Give a constant and the logarithms of the attributes. Shape (areas, columns)."""
    made = [np.ones(len(areas))]
    for name in attributes:
        amount = areas[name].to_numpy(np.float64)
        amount = np.where(np.isnan(amount), np.nanmedian(amount), amount)
        made.append(np.log1p(amount))
    return np.stack(made, axis=1)


def _headroom(model: SmallAreas, own: Array, quantile: float) -> Array:
    """Distance up to what good areas with such attributes sell; a part of it where nothing is sold. Shape (areas,)."""
    reach = np.exp(model.synthetic + NormalDist().inv_cdf(quantile) * np.sqrt(model.model_variance))
    room = np.maximum(reach - np.maximum(np.exp(model.shrunk), own), 0.0)
    usual = np.median(own[own > 0])
    capped = np.minimum(room, LARGEST_HEADROOM * np.maximum(own, usual))
    return np.asarray(np.where(own > 0, capped, PROSPECT_CONVERSION * reach))


def _moved(
    potential: pd.DataFrame, place: NDArray[np.int64], wanted: Array, known: Array, *, share: float
) -> pd.DataFrame:
    """Bring the headroom of each area's accounts to what is wanted, in proportion; by baseline where they have none."""
    old, baseline = (potential[name].to_numpy(np.float64) for name in ("headroom", "baseline"))
    sums = np.bincount(place, baseline, len(wanted))
    many = np.bincount(place, minlength=len(wanted))
    by_baseline = np.where(
        sums[place] > 0, baseline / np.where(sums[place] > 0, sums[place], 1.0), 1.0 / np.maximum(many[place], 1)
    )
    part = np.where(known[place] > 0, old / np.where(known[place] > 0, known[place], 1.0), by_baseline)
    room = (wanted[place] * part).round(2)
    gain = room - old
    moved = potential.assign(headroom=room, potential=(baseline + share * room).round(2))
    high = potential["high"].to_numpy(np.float64) + min(2 * share, 1.0) * gain
    middle = moved["potential"].to_numpy(np.float64)
    low = np.minimum(potential["low"].to_numpy(np.float64), middle)
    return moved.assign(low=low.round(2), high=np.maximum(high, middle).round(2))
