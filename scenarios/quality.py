"""Tell what is known about the quality of the data, region by region."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

FINDING_COLUMNS: Final = ("region", "check", "severity", "subject_kind", "count", "share", "repair", "text")
REPAIR_COLUMNS: Final = ("rule", "table", "id", "region", "before", "after")
REGION_COLUMNS: Final = (
    "region",
    "accounts",
    "customers",
    "prospects",
    "sales_rows",
    "weeks",
    "sales",
    "findings",
    "repairs",
    "quality",
)
SEVERITIES: Final = ("error", "warning", "info")

PENALTY_POINTS: Final = {"error": 40.0, "warning": 15.0, "info": 0.0}
"""What a finding costs a region at most."""
FULL_PENALTY_SHARE: Final = 0.25
"""A finding that touches this share of a region's accounts, rows or weeks costs all its points, less in proportion."""
LEAST_PENALTY_SHARE: Final = {"error": 0.5, "warning": 0.1, "info": 0.0}
"""A finding costs at least this share of its points, however few subjects it touches."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DataQuality:
    """What was found, what was repaired, and how far each region's data can be trusted."""

    findings: pd.DataFrame
    """Columns FINDING_COLUMNS: one row per region ("" for none or all) and check; `share` of the region's subjects of
    that kind; `severity` is info, warning or error; `text` is a sentence for the reader."""
    repairs: pd.DataFrame
    """Columns REPAIR_COLUMNS: one row per repaired record; `rule` is the key under `cleaning` or the name of a fixed
    rule."""
    by_region: pd.DataFrame
    """Columns REGION_COLUMNS: one row per region; `quality` from 0 to 100, see `region_scores`."""

    def to_json(self) -> dict[str, Any]:
        """Return plain data for data_quality.json: equal data give equal output.

        Returns
        -------
        Keys `summary`, `regions`, `findings`, `repairs_by_rule` and `repairs`.
        """
        rules = self.repairs[["rule", "table"]].value_counts().sort_index().reset_index()
        return {
            "summary": {
                "regions": len(self.by_region),
                "accounts": int(self.by_region["accounts"].sum()),
                "sales_rows": int(self.by_region["sales_rows"].sum()),
                "findings": {name: int((self.findings["severity"] == name).sum()) for name in SEVERITIES},
                "repairs": len(self.repairs),
                "lowest_quality": float(self.by_region["quality"].min()) if len(self.by_region) else 0.0,
            },
            "regions": _records(self.by_region),
            "findings": _records(self.findings),
            "repairs_by_rule": _records(rules),
            "repairs": _records(self.repairs),
        }


def region_scores(findings: pd.DataFrame, regions: list[str]) -> pd.Series:
    """Score each region from 0 (do not use) to 100 (nothing found).

    Score = 100 - Σ points(severity) · min(1, max(least(severity), share / FULL_PENALTY_SHARE)) over the region's
    findings: a warning about a quarter of the accounts or more costs 15 points, an error 40, information nothing.

    Parameters
    ----------
    findings
        Columns region, severity, share.
    regions
        Regions to score.

    Returns
    -------
    Score with one decimal, indexed by region.
    """
    points = findings["severity"].map(PENALTY_POINTS).to_numpy(float)
    least = findings["severity"].map(LEAST_PENALTY_SHARE).to_numpy(float)
    extent = np.minimum(1.0, np.maximum(least, findings["share"].to_numpy(float) / FULL_PENALTY_SHARE))
    lost = pd.Series(points * extent, index=findings["region"].to_numpy()).groupby(level=0).sum()
    return (100.0 - lost.reindex(regions, fill_value=0.0)).clip(0.0, 100.0).round(1)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain dicts, numbers rounded so that they repeat."""
    columns: dict[str, list[Any]] = {}
    for name in frame.columns:
        values = frame[name]
        if pd.api.types.is_float_dtype(values):
            columns[str(name)] = [round(float(v), 4) for v in values]
        elif pd.api.types.is_integer_dtype(values):
            columns[str(name)] = [int(v) for v in values]
        else:
            columns[str(name)] = [str(v) for v in values]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
