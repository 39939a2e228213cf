"""Give accounts without a segment one by their sales."""

import numpy as np
import pandas as pd

from scenarios.quality_log import QualityLog
from scenarios.schema import Scenario


def fill_segments(
    accounts: pd.DataFrame, sales_by_account: pd.Series, scenario: Scenario, log: QualityLog
) -> pd.DataFrame:
    """Fill missing segments, or drop accounts without one, by the rule `missing_segment`.

    Accounts without segment are ordered by sales; a segment takes accounts until they make up its `sales_share`, in the
    order written, and the last one takes the rest. Prospects and accounts without sales go to the last segment.

    Parameters
    ----------
    accounts
        Columns account_id, segment, status.
    sales_by_account
        Sales of the last 52 complete weeks by account_id; missing accounts count as 0.
    scenario
        Segments and rule.
    log
        Takes the findings and repairs.
    """
    missing = (accounts["segment"] == "").to_numpy()
    if not missing.any():
        return accounts
    ids = accounts["account_id"].to_numpy(dtype=object)
    drop = scenario.cleaning.missing_segment == "drop"
    prospect = (accounts["status"] == "prospect").to_numpy()
    if drop:
        text = "{n} account{s} {has} no segment; left out."
        log.about_accounts("missing_segment", "warning", ids[missing], text, repair="missing_segment")
        log.repaired("missing_segment", "accounts", ids[missing], "", "dropped")
        return accounts[~missing].reset_index(drop=True)
    names = list(scenario.segments)
    sold = accounts["account_id"].map(sales_by_account).fillna(0.0).to_numpy(float).clip(0.0)
    ranked = missing & ~prospect & (sold > 0)
    order = np.flatnonzero(ranked)[np.lexsort((ids[ranked], -sold[ranked]))]
    below = np.cumsum(sold[order]) - sold[order]
    limits = np.cumsum([scenario.segments[name].sales_share or 0.0 for name in names[:-1]])
    chosen = np.full(len(accounts), len(names) - 1, dtype=np.int64)
    total = float(sold[order].sum())
    chosen[order] = np.searchsorted(limits * total, below + 1e-9 * max(total, 1.0), side="left")
    segment = accounts["segment"].to_numpy(dtype=object).copy()
    segment[missing] = np.array(names, dtype=object)[chosen[missing]]
    customers = missing & ~prospect
    severity = "info" if missing.all() or not (accounts["segment"] != "").any() else "warning"
    text = "{n} account{s} {has} no segment; given one by {their} sales."
    log.about_accounts(
        "missing_segment",
        "warning" if severity == "warning" else "info",
        ids[customers],
        text,
        repair="missing_segment",
    )
    text = f"{{n}} prospect{{s}} {{has}} no segment; put into {names[-1]}."
    log.about_accounts("missing_segment_prospect", "info", ids[missing & prospect], text, repair="missing_segment")
    log.repaired("missing_segment", "accounts", ids[missing], "", segment[missing])
    return accounts.assign(segment=segment)
