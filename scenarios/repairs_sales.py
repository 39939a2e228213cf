"""Clean sales rows: unknown accounts, doubles, returns and extreme weeks."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.faults import Fault
from scenarios.planes import FloatArray
from scenarios.quality_log import QualityLog
from scenarios.recoding import Step, rebook
from scenarios.schema import Cleaning

IntArray = NDArray[np.int64]

UNKNOWN_CATEGORY: Final = "unknown"
CENT: Final = 0.005
"""Amounts below half a cent are zero."""
KEYS: Final = ["account_id", "category", "week"]


def repair_sales(
    sales: pd.DataFrame,
    account_ids: list[str],
    cleaning: Cleaning,
    log: QualityLog,
    *,
    file: str,
    recoded: tuple[Step, ...] = (),
) -> tuple[pd.DataFrame, list[Fault]]:
    """Return sales with one row per known account, category and week, none negative, and faults of `refuse` rules.

    Parameters
    ----------
    sales
        Columns SALES_COLUMNS.
    account_ids
        Known accounts, sorted.
    cleaning
        Rules.
    log
        Takes the findings and repairs.
    file
        Name of the table for faults.
    recoded
        What became of merged, renamed and split categories; their past is booked under what took their place before
        returns are netted.

    Returns
    -------
    Columns account_id and category (categorical, in sorted order), week, sales and sales_capped, sorted by the first
    three; and faults.
    """
    faults: list[Fault] = []
    rows = _with_codes(sales, account_ids)
    rows = _drop_unknown(rows, sales, cleaning, log, faults=faults, file=file)
    rows = _drop_blank(rows, log)
    rows = _merge_doubles(rows, cleaning, log, faults, file)
    rows = rebook(rows, recoded, log)
    rows = _net_negative(rows, cleaning, log)
    zero = (rows["sales"] == 0).to_numpy()
    text = "{n} sales row{s} {has} the amount zero; kept as a week without sales."
    log.about_accounts("zero_sales", "info", rows["account_id"][zero].astype(object), text, subject_kind="sales row")
    rows["sales_capped"] = _capped(rows, cleaning, log)
    return rows.reset_index(drop=True), faults


def row_names(rows: pd.DataFrame) -> NDArray[np.object_]:
    """Return `account|category|week` for each row."""
    parts = zip(rows["account_id"].astype(object), rows["category"].astype(object), rows["week"], strict=True)
    return np.array([f"{account}|{category}|{week:%Y-%m-%d}" for account, category, week in parts], dtype=object)


def _with_codes(sales: pd.DataFrame, account_ids: list[str]) -> pd.DataFrame:
    """Make ids and categories categorical with sorted categories; an unknown account has no code."""
    account = sales["account_id"].astype("category").cat.set_categories(account_ids)
    category = sales["category"].astype("category")
    if (category.isna() | (category == "")).any():
        category = category.astype(object).fillna("").replace("", UNKNOWN_CATEGORY).astype("category")
    category = category.cat.remove_unused_categories()
    category = category.cat.set_categories(sorted(str(name) for name in category.cat.categories))
    return pd.DataFrame(
        {"account_id": account, "category": category, "week": sales["week"], "sales": sales["sales"].astype(float)}
    )


def _drop_unknown(
    rows: pd.DataFrame, sales: pd.DataFrame, cleaning: Cleaning, log: QualityLog, *, faults: list[Fault], file: str
) -> pd.DataFrame:
    """Drop rows of unknown accounts, or refuse them."""
    unknown = rows["account_id"].isna().to_numpy()
    if not unknown.any():
        return rows
    names = sales["account_id"][unknown].astype(object).fillna("").astype(str)
    distinct = sorted(set(names))
    if cleaning.unknown_accounts == "refuse":
        shown = ", ".join(distinct[:5])
        faults.append(
            Fault(
                file=file,
                line=int(np.flatnonzero(unknown)[0]) + 2,
                key="account_id",
                message=f"{unknown.sum():,} sales rows belong to {len(distinct):,} accounts that are not in the "
                f"accounts table, such as {shown}; add them or set cleaning.unknown_accounts: drop",
            )
        )
    amount = rows["sales"][unknown].sum()
    text = f"{unknown.sum():,} sales rows ({amount:,.0f}) belong to {len(distinct):,} unknown accounts; left out."
    share = float(unknown.mean())
    log.about_region(
        "unknown_account",
        "warning",
        "",
        text,
        subject_kind="sales row",
        count=int(unknown.sum()),
        share=share,
        repair="unknown_accounts",
    )
    dropped = rows[unknown].assign(account_id=names)
    log.repaired("unknown_accounts", "sales", row_names(dropped), dropped["sales"], "dropped", account_ids=names)
    return rows[~unknown]


def _drop_blank(rows: pd.DataFrame, log: QualityLog) -> pd.DataFrame:
    """Drop rows without amount or week."""
    blank = (~np.isfinite(rows["sales"].to_numpy()) | rows["week"].isna()).to_numpy()
    if not blank.any():
        return rows
    ids = rows["account_id"][blank].astype(object)
    text = "{n} sales row{s} {has} no amount or no week; left out."
    log.about_accounts("missing_sales", "warning", ids, text, subject_kind="sales row", repair="missing_sales")
    dated = rows[blank].assign(week=rows["week"][blank].fillna(pd.Timestamp("1900-01-01")))
    log.repaired("missing_sales", "sales", row_names(dated), "missing", "dropped", account_ids=ids)
    return pd.DataFrame(rows[~blank])


def _merge_doubles(
    rows: pd.DataFrame, cleaning: Cleaning, log: QualityLog, faults: list[Fault], file: str
) -> pd.DataFrame:
    """Sort rows by account, category and week and merge those that are equal in all three."""
    if not len(rows):
        return rows
    account = rows["account_id"].cat.codes.to_numpy(np.int64)
    category = rows["category"].cat.codes.to_numpy(np.int64)
    day = rows["week"].to_numpy().astype("datetime64[D]").astype(np.int64)
    key = (account * (category.max() + 1) + category) * (day.max() - day.min() + 1) + (day - day.min())
    if (np.diff(key) < 0).any():
        order = np.argsort(key, kind="stable")
        rows, key = rows.iloc[order], key[order]
    first = np.concatenate([[True], np.diff(key) > 0])
    if first.all():
        return rows
    group = np.cumsum(first) - 1
    size = np.bincount(group)
    double = size > 1
    merged = rows[first].copy()
    if cleaning.duplicate_sales == "refuse":
        shown = ", ".join(row_names(merged[double].head(3)))
        message = (
            f"{int(double.sum()):,} combinations of account, category and week come more than once, such as {shown}; "
            "make them one or set cleaning.duplicate_sales: sum"
        )
        faults.append(Fault(file=file, key="account_id", message=message))
    if cleaning.duplicate_sales == "sum":
        merged["sales"] = np.bincount(group, rows["sales"].to_numpy())
    ids = merged["account_id"][double].astype(object)
    how = "added up" if cleaning.duplicate_sales == "sum" else "the first row counts"
    text = f"{{n}} account-category-week{{s}} {{has}} several sales rows; {how}."
    log.about_accounts("duplicate_sales", "warning", ids, text, subject_kind="sales row", repair="duplicate_sales")
    before = np.array([f"{n} rows" for n in size[double]], dtype=object)
    after = merged["sales"].to_numpy()[double]
    log.repaired("duplicate_sales", "sales", row_names(merged[double]), before, after, account_ids=ids)
    return merged


def _net_negative(rows: pd.DataFrame, cleaning: Cleaning, log: QualityLog) -> pd.DataFrame:
    """Treat negative amounts by the rule `negative_sales`; rows are sorted by account, category and week."""
    amount = rows["sales"].to_numpy(float)
    negative = amount < 0
    if not negative.any():
        return rows
    ids = rows["account_id"][negative].astype(object)
    names = row_names(rows[negative])
    how = {"return": "netted against earlier sales", "zero": "set to zero", "drop": "left out"}[cleaning.negative_sales]
    text = f"{{n}} sales row{{s}} {{is}} negative; {how}."
    log.about_accounts("negative_sales", "warning", ids, text, subject_kind="sales row", repair="negative_sales")
    if cleaning.negative_sales == "drop":
        log.repaired("negative_sales", "sales", names, amount[negative], "dropped", account_ids=ids)
        return rows[~negative]
    log.repaired("negative_sales", "sales", names, amount[negative], "0", account_ids=ids)
    if cleaning.negative_sales == "zero":
        return rows.assign(sales=np.maximum(amount, 0.0))
    account, category = rows["account_id"].cat.codes.to_numpy(np.int64), rows["category"].cat.codes.to_numpy(np.int64)
    net, left = net_returns(amount, account * (category.max() + 1) + category)
    eaten = ~negative & (np.abs(net - amount) > CENT)
    touched = rows["account_id"][eaten].astype(object)
    log.repaired("negative_sales", "sales", row_names(rows[eaten]), amount[eaten], net[eaten], account_ids=touched)
    if (left > CENT).any():
        account_names = np.asarray(rows["account_id"].cat.categories, dtype=object)
        series = np.unique(account[negative] * (category.max() + 1) + category[negative])[left > CENT]
        text = "{n} account-categor{s} sent back more than {they} bought; the rest is ignored."
        text = text.replace("account-categor{s}", "account and category pair{s}")
        owners = account_names[series // (category.max() + 1)]
        log.about_accounts("return_without_sale", "info", owners, text, subject_kind="sales row")
    return rows.assign(sales=net)


def net_returns(amount: FloatArray, series: IntArray) -> tuple[FloatArray, FloatArray]:
    """Net each return against the latest earlier sales of its series until it is used up.

    Going back in time, returns pile up as a debt that sales pay off: debt D = C - min(0, running minimum of C), where C
    adds up -amount; what is left of a sale is amount + D - D of the step before (the reflected walk of Skorokhod).

    Parameters
    ----------
    amount
        Amounts, series by series, each in order of time. Shape (rows,).
    series
        Number of each row's series, rising. Shape (rows,).

    Returns
    -------
    Net amounts, none negative, of shape (rows,), and what could not be netted in each series that has a negative
    amount, by number.
    """
    net = amount.copy()
    concerned = np.flatnonzero(np.isin(series, series[amount < 0]))
    back = concerned[::-1]
    group, owed = series[back], pd.Series(-amount[back])
    total = owed.groupby(group).cumsum()
    debt = (total - np.minimum(total.groupby(group).cummin(), 0.0)).round(6)
    before = debt.groupby(group).shift(fill_value=0.0)
    net[back] = np.maximum(amount[back] + (debt - before).to_numpy(), 0.0).round(6)
    left = debt.groupby(group).last().sort_index()
    return net, np.asarray(left, dtype=np.float64)


def _capped(rows: pd.DataFrame, cleaning: Cleaning, log: QualityLog) -> FloatArray:
    """Return amounts in which a week beyond the account's own cap is scaled down to it."""
    amount = rows["sales"].to_numpy(float)
    if cleaning.extreme_sales == "keep" or not len(rows):
        return amount.copy()
    account = rows["account_id"].cat.codes.to_numpy(np.int64)
    day = rows["week"].to_numpy().astype("datetime64[D]").astype(np.int64)
    width = int(day.max() - day.min()) // 7 + 1
    slot = account * width + (day - day.min()) // 7
    total = np.bincount(slot, amount, len(rows["account_id"].cat.categories) * width)
    bought = np.flatnonzero(total > 0)
    owner = bought // width
    order = np.lexsort((total[bought], owner))
    values, owner = total[bought][order], owner[order]
    count = np.bincount(owner, minlength=len(rows["account_id"].cat.categories))
    start = np.cumsum(count) - count
    position = 0.9 * np.maximum(count - 1, 0)
    low = start + np.floor(position).astype(np.int64)
    high = np.minimum(low + 1, start + np.maximum(count - 1, 0))
    padded = np.append(values, 0.0)
    ninetieth = padded[low] + (position % 1.0) * (padded[high] - padded[low])
    cap = np.where(count > 0, cleaning.extreme_factor * ninetieth, np.inf)
    factor = np.minimum(1.0, cap[slot // width] / np.maximum(total[slot], CENT))
    extreme = bought[total[bought] > cap[bought // width] + CENT]
    if len(extreme):
        ids = np.asarray(rows["account_id"].cat.categories, dtype=object)[extreme // width]
        weeks = (day.min() + 7 * (extreme % width)).astype("datetime64[D]").astype(str)
        text = (
            f"{{n}} account-week{{s}} {{is}} more than {cleaning.extreme_factor:g} times the account's usual maximum; "
            "capped there for the forecast's history."
        )
        log.about_accounts("extreme_sales", "info", ids, text, subject_kind="sales row", repair="extreme_sales")
        names = np.array([f"{account}|{week}" for account, week in zip(ids, weeks, strict=True)], dtype=object)
        log.repaired(
            "extreme_sales",
            "sales",
            names,
            total[extreme].round(2),
            cap[extreme // width].round(2),
            account_ids=ids,
        )
    return np.where(factor < 1.0, amount * factor, amount)
