"""Sum up what was found and repaired by region, with a score for each."""

import geopandas as gpd
import numpy as np
import pandas as pd

from scenarios.quality import REGION_COLUMNS, DataQuality, region_scores
from scenarios.quality_log import QualityLog


def sum_up(
    log: QualityLog,
    accounts: pd.DataFrame,
    sales: pd.DataFrame,
    *,
    areas: gpd.GeoDataFrame,
    reps: pd.DataFrame,
    region_of: dict[str, str],
    regions: list[str],
) -> DataQuality:
    """Return findings, repairs and the state of each region that is planned for.

    Parameters
    ----------
    log
        What came up.
    accounts
        Accounts that are left, closed ones too; columns region, status.
    sales
        Clean sales, complete weeks.
    areas, reps
        Columns region.
    region_of
        Region of every account ever seen.
    regions
        Regions planned for, sorted.
    """
    owner = sales["account_id"].cat.codes.to_numpy()
    names = pd.Index(regions)
    code = names.get_indexer(pd.Index([region_of.get(str(name), "") for name in sales["account_id"].cat.categories]))[
        owner
    ]
    day = sales["week"].to_numpy().astype("datetime64[D]").astype(np.int64)
    n_weeks = int(day.max() - day.min()) // 7 + 1
    slot = (code * n_weeks + (day - day.min()) // 7)[code >= 0]
    count = np.bincount(slot, minlength=len(names) * n_weeks).reshape(len(names), n_weeks)
    amount = np.bincount(slot, sales["sales"].to_numpy(float)[code >= 0], len(names) * n_weeks).reshape(count.shape)
    rows = pd.DataFrame(
        {"sales_rows": count.sum(axis=1), "weeks": (count > 0).sum(axis=1), "sales": amount.sum(axis=1)}, index=names
    )
    seen = pd.Series(region_of).value_counts()
    totals: dict[str, dict[str, int]] = {
        "account": _with_all(seen),
        "sales row": _with_all(rows["sales_rows"]),
        "week": {**{str(name): int(n) for name, n in rows["weeks"].items()}, "": int((count.sum(axis=0) > 0).sum())},
        "rep": _with_all(reps["region"].value_counts()),
        "area": _with_all(areas["region"].value_counts()),
    }
    wanted = ["", *regions]
    findings = log.findings(region_of, totals)
    findings = findings[findings["region"].isin(wanted)].reset_index(drop=True)
    repairs = log.repairs(region_of)
    repairs = repairs[repairs["region"].isin(wanted)].reset_index(drop=True)
    index = pd.Index(regions, name="region")
    status = accounts["status"]
    table = pd.DataFrame(
        {
            "accounts": accounts["region"].value_counts().reindex(index, fill_value=0),
            "customers": accounts.loc[status == "customer", "region"].value_counts().reindex(index, fill_value=0),
            "prospects": accounts.loc[status == "prospect", "region"].value_counts().reindex(index, fill_value=0),
            "sales_rows": rows["sales_rows"].reindex(index, fill_value=0),
            "weeks": rows["weeks"].reindex(index, fill_value=0),
            "sales": rows["sales"].reindex(index, fill_value=0.0).round(2),
            "findings": findings["region"].value_counts().reindex(index, fill_value=0),
            "repairs": repairs["region"].value_counts().reindex(index, fill_value=0),
            "quality": region_scores(findings, regions),
        },
        index=index,
    ).reset_index()
    return DataQuality(findings=findings, repairs=repairs, by_region=table[list(REGION_COLUMNS)])


def _with_all(counts: pd.Series) -> dict[str, int]:
    """Return counts by region, with their sum under ""."""
    return {**{str(name): int(n) for name, n in counts.items()}, "": int(counts.sum())}
