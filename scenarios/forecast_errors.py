"""Turn the forecast's low and high values into what may become of each account."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from forecasting.potential import relative_spread
from optimizer.territory.instance import TerritoryInstance
from optimizer.territory.robustness import ForecastErrors
from scenarios.schema import BalanceMeasureName


def forecast_errors(
    instance: TerritoryInstance,
    *,
    accounts: pd.DataFrame,
    potential: pd.DataFrame,
    forecast: pd.DataFrame,
    account_reps: Mapping[str, str],
) -> ForecastErrors:
    """Say how far the potential of each account may turn out from what was planned with.

    The part that all accounts of a region share is the spread of the region's forecast over the period; what is left of
    an account's own low and high is its own.

    Parameters
    ----------
    instance
        The territory problem made of these accounts.
    accounts
        account_id, area_id, region.
    potential
        baseline, potential, low, high in the currency, in the order of `accounts`.
    forecast
        region, category, week, p10, p50, p90: the forecast's table.
    account_reps
        account_id → rep_id of accounts that stay with a rep whoever has the territory.
    """
    name = str(BalanceMeasureName.POTENTIAL)
    scale = next((measure.scale for measure in instance.measures if measure.name == name), 1)
    regions = sorted(set(forecast["region"].astype(str)))
    by_region = dict(iter(forecast.groupby(forecast["region"].astype(str))))
    spreads = [relative_spread(by_region[region]) for region in regions]
    holders = [account_reps.get(account, "") for account in accounts["account_id"]]
    region = pd.Index(regions).get_indexer(pd.Index(accounts["region"].astype(str)))
    # A region without a forecast, the last one, has no error of its own.
    region = np.where(region >= 0, region, len(regions)).astype(np.int64)

    def amounts(column: str) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        return potential[column].to_numpy(dtype=np.float64) * scale

    return ForecastErrors(
        measure=name,
        area=pd.Index(instance.area_ids).get_indexer(pd.Index(accounts["area_id"])).astype(np.int64),
        holder=pd.Index(instance.rep_ids).get_indexer(pd.Index(holders)).astype(np.int64),
        region=region,
        middle=amounts("potential"),
        low=amounts("low"),
        high=amounts("high"),
        shared=amounts("baseline"),
        region_low=np.array([*(down for down, _ in spreads), 0.0]),
        region_high=np.array([*(up for _, up in spreads), 0.0]),
    )
