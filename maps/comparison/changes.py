"""Tell what another plan changes against the first: keys of the scenario, accounts, areas, potential by rep."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pandas as pd

from maps.book import PlanBook

ACCOUNT_COLUMNS: Final = (
    "account_id", "name", "region", "change", "from_rep", "to_rep", "from_territory", "to_territory", "potential",
)  # fmt: skip


def changed_keys(scenarios: list[Mapping[str, Any]]) -> list[tuple[str, tuple[str, ...]]]:
    """Compare resolved scenarios key by key.

    Parameters
    ----------
    scenarios
        Nested mappings of the scenario files' sections.

    Returns
    -------
    list
        (key path, value in each scenario in words, "–" where it has none), for keys that differ, sorted.
    """
    flat = [dict(_leaves(scenario)) for scenario in scenarios]
    keys = sorted({key for leaves in flat for key in leaves})
    rows = [(key, tuple(leaves.get(key, "–") for leaves in flat)) for key in keys]
    return [(key, values) for key, values in rows if len(set(values)) > 1]


def account_changes(before: PlanBook, after: PlanBook) -> pd.DataFrame:
    """List accounts that are added, lost, get another owner or lie in another territory.

    Returns
    -------
    DataFrame
        ACCOUNT_COLUMNS; change is "added", "lost", "changed owner" or "moved territory" (the same owner, although the
        territory around the account has another rep); sorted by change and account.
    """
    old, new = _owners(before), _owners(after)
    table = old.merge(new, how="outer", left_index=True, right_index=True, suffixes=("_old", "_new"))
    added, lost = table["rep_id_old"].isna(), table["rep_id_new"].isna()
    owner = ~added & ~lost & (table["rep_id_old"] != table["rep_id_new"])
    moved = ~added & ~lost & ~owner & (table["territory_id_old"] != table["territory_id_new"])
    change = pd.Series("", index=table.index)
    for rows, word in ((added, "added"), (lost, "lost"), (owner, "changed owner"), (moved, "moved territory")):
        change[rows] = word
    found = pd.DataFrame(
        {
            "account_id": table.index,
            "name": table["name_new"].fillna(table["name_old"]),
            "region": table["region_new"].fillna(table["region_old"]),
            "change": change,
            "from_rep": table["rep_id_old"].fillna(""),
            "to_rep": table["rep_id_new"].fillna(""),
            "from_territory": table["territory_id_old"].fillna(""),
            "to_territory": table["territory_id_new"].fillna(""),
            "potential": table["potential_new"].fillna(table["potential_old"]),
        }
    )
    kept = found[found["change"] != ""].reset_index(drop=True).sort_values(["change", "account_id"], ignore_index=True)
    return kept[list(ACCOUNT_COLUMNS)]


def potential_by_rep(before: PlanBook, after: PlanBook) -> pd.DataFrame:
    """Sum the potential that each rep gains and loses between two plans, measured by the second plan's potential.

    Returns
    -------
    DataFrame
        rep_id, gained, lost (currency), accounts_gained, accounts_lost; reps without a change are left out.
    """
    changes = account_changes(before, after)
    reps = sorted({*changes["from_rep"], *changes["to_rep"]} - {""})
    handed = changes[changes["from_rep"] != changes["to_rep"]]
    gained, lost = (handed.groupby(side)["potential"].agg(["sum", "size"]) for side in ("to_rep", "from_rep"))
    rows = [
        {
            "rep_id": rep,
            "gained": float(gained["sum"].get(rep, 0.0)),
            "lost": float(lost["sum"].get(rep, 0.0)),
            "accounts_gained": int(gained["size"].get(rep, 0)),
            "accounts_lost": int(lost["size"].get(rep, 0)),
        }
        for rep in reps
    ]
    table = pd.DataFrame(rows, columns=["rep_id", "gained", "lost", "accounts_gained", "accounts_lost"])
    return table[(table["accounts_gained"] > 0) | (table["accounts_lost"] > 0)].reset_index(drop=True)


def changed_areas(before: PlanBook, after: PlanBook) -> dict[str, str]:
    """Give the former rep of the areas of the second plan that had another one in the first, "" where it had none."""
    new = after.areas.set_index("area_id")["rep_id"]
    old = before.areas.set_index("area_id")["rep_id"].reindex(new.index)
    return {str(area): str(rep) for area, rep in old[old != new].fillna("").sort_index().items()}


def _owners(book: PlanBook) -> pd.DataFrame:
    territory = book.areas.set_index("area_id")["territory_id"]
    table = book.accounts[["account_id", "name", "region", "rep_id", "potential", "area_id"]].set_index("account_id")
    return table.assign(territory_id=table["area_id"].map(territory)).drop(columns="area_id")


def _leaves(tree: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Walk to every value that is not a mapping."""
    if isinstance(tree, Mapping) and tree:
        for key, value in tree.items():
            yield from _leaves(value, f"{path}.{key}" if path else str(key))
    else:
        yield path, _written(tree)


def _written(value: object) -> str:
    """Write a value as a planner reads it: `not set`, `none`, `yes`, `R1, R2`, `area 59350, rep R07; area …`."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        parts = [f"{key} {_written(inner)}" for key, inner in value.items() if inner not in (None, "", [], {})]
        return ", ".join(parts) or "none"
    if isinstance(value, list | tuple):
        nested = any(isinstance(one, Mapping) for one in value)
        return ("; " if nested else ", ").join(_written(one) for one in value) or "none"
    return str(value) or "none"
