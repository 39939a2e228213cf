"""Collect findings and repairs while data are checked, and sum them up by region at the end."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from scenarios.quality import FINDING_COLUMNS, REPAIR_COLUMNS, SEVERITIES

Severity = Literal["info", "warning", "error"]


def words(n: int) -> dict[str, str]:
    """Return what a sentence about `n` things needs: the number, a plural ending, verbs and pronouns."""
    one = n == 1
    return {
        "n": f"{n:,}",
        "s": "" if one else "s",
        "has": "has" if one else "have",
        "is": "is" if one else "are",
        "was": "was" if one else "were",
        "do": "does" if one else "do",
        "their": "its" if one else "their",
        "they": "it" if one else "they",
        "them": "it" if one else "them",
    }


class QualityLog:
    """Findings and repairs as they come up; regions of accounts are looked up only at the end, when all are known."""

    def __init__(self) -> None:
        self._findings: list[dict[str, Any]] = []
        self._repairs: list[pd.DataFrame] = []

    def about_accounts(
        self,
        check: str,
        severity: Severity,
        account_ids: ArrayLike,
        text: str,
        *,
        subject_kind: str = "account",
        repair: str = "",
    ) -> None:
        """Note a finding about accounts, or about rows that belong to accounts; nothing is noted for none.

        Parameters
        ----------
        account_ids
            Account of each subject; an account comes once for each of its subjects.
        text
            Sentence with the placeholders of `words`.
        """
        ids = np.asarray(account_ids, dtype=object)
        if len(ids):
            self._findings.append(
                {
                    "check": check,
                    "severity": severity,
                    "subject_kind": subject_kind,
                    "repair": repair,
                    "text": text,
                    "ids": ids,
                }
            )

    def about_region(
        self,
        check: str,
        severity: Severity,
        region: str,
        text: str,
        *,
        subject_kind: str,
        count: int = 1,
        share: float | None = None,
        repair: str = "",
    ) -> None:
        """Note one finding about a region ("" for all or none); `share` is looked up from the totals when left out."""
        self._findings.append(
            {
                "check": check,
                "severity": severity,
                "subject_kind": subject_kind,
                "repair": repair,
                "text": text,
                "region": region,
                "count": count,
                "share": share,
            }
        )

    def repaired(
        self,
        rule: str,
        table: str,
        ids: ArrayLike,
        before: ArrayLike,
        after: ArrayLike,
        *,
        account_ids: ArrayLike | None = None,
        regions: ArrayLike | None = None,
    ) -> None:
        """Note repaired records; the region is that of `account_ids` (by default `ids`) unless `regions` gives it."""
        names = np.asarray(ids, dtype=object)
        count = len(names)
        if not count:
            return
        part = pd.DataFrame(
            {
                "rule": rule,
                "table": table,
                "id": names,
                "before": _as_text(before, count),
                "after": _as_text(after, count),
                "account_id": names if account_ids is None else np.asarray(account_ids, dtype=object),
                "region": None if regions is None else np.asarray(regions, dtype=object),
            }
        )
        self._repairs.append(part)

    def findings(self, region_of: Mapping[str, str], totals: Mapping[str, Mapping[str, int]]) -> pd.DataFrame:
        """Return the findings, one row per check and region.

        Parameters
        ----------
        region_of
            Region of every account ever seen.
        totals
            Number of subjects by kind and region; the entry "" counts all.
        """
        rows: list[dict[str, Any]] = []
        for entry in self._findings:
            if "ids" in entry:
                regions = _regions_of(pd.Series(entry["ids"]), region_of)
                for region, count in regions.value_counts().sort_index().items():
                    rows.append({**entry, "region": str(region), "count": int(count), "share": None})
            else:
                rows.append(dict(entry))
        for row in rows:
            if row["share"] is None:
                total = totals.get(row["subject_kind"], {}).get(row["region"], 0)
                row["share"] = min(1.0, row["count"] / total) if total else 1.0
            row["text"] = row["text"].format(**words(row["count"])) if "ids" in row else row["text"]
        frame = pd.DataFrame(rows, columns=list(FINDING_COLUMNS))
        frame = frame.astype({"count": "int64", "share": "float64"})
        frame["order"] = frame["severity"].map({name: i for i, name in enumerate(SEVERITIES)})
        frame = frame.sort_values(["order", "region", "check", "text"], kind="stable", ignore_index=True)
        return frame[list(FINDING_COLUMNS)]

    def repairs(self, region_of: Mapping[str, str]) -> pd.DataFrame:
        """Return the repairs, one row per repaired record, in a fixed order."""
        if not self._repairs:
            return pd.DataFrame({name: pd.Series(dtype=object) for name in REPAIR_COLUMNS})
        frame = pd.concat(self._repairs, ignore_index=True)
        own = frame["region"].astype(object)
        frame["region"] = own.where(own.notna(), _regions_of(frame["account_id"], region_of))
        order = ["rule", "table", "id", "before", "after"]
        return frame.sort_values(order, kind="stable", ignore_index=True)[list(REPAIR_COLUMNS)]


def _regions_of(account_ids: pd.Series, region_of: Mapping[str, str]) -> pd.Series:
    """Return the region of each account, "" where it is not known."""
    return pd.Series([region_of.get(str(name), "") for name in account_ids], index=account_ids.index, dtype=object)


def _as_text(values: ArrayLike, count: int) -> NDArray[np.object_]:
    """Return values as text, numbers with at most six decimals, one text for all where only one is given."""
    if isinstance(values, str):
        return np.full(count, values, dtype=object)
    array = np.asarray(values)
    if array.dtype.kind == "f":
        return np.array(["" if np.isnan(v) else f"{v:.6f}".rstrip("0").rstrip(".") for v in array], dtype=object)
    return np.array([str(v) for v in array], dtype=object)
