"""Write territories, owners and visits in the forms that a CRM imports."""

from collections.abc import Callable
from typing import Any, Final

import pandas as pd

from maps.book import PlanBook
from maps.cells import as_id, as_text, as_whole
from maps.tables import TableFile, with_account


def _owners(book: PlanBook) -> pd.DataFrame:
    return book.accounts.assign(
        territory_id="T-" + book.accounts["rep_id"].astype(str), cause="Territory2Manual", kind="Account"
    )


def _territories(book: PlanBook) -> pd.DataFrame:
    names = book.reps.set_index("rep_id")["name"]
    table = book.territories[["territory_id", "rep_id", "region"]]
    return table.assign(
        name=[f"{rep} {names.get(rep, '')}".strip() for rep in table["rep_id"]],
        developer_name=[_developer_name(str(name)) for name in table["territory_id"]],
    )


def _events(book: PlanBook) -> pd.DataFrame:
    table = with_account(book, book.visits, "name", "town", "segment")
    return table.assign(
        subject="Visit: " + table["name"].astype(str),
        begin=table["date"].astype(str) + "T" + table["start"].astype(str) + ":00",
        end=table["date"].astype(str) + "T" + table["depart"].astype(str) + ":00",
        described=[
            f"Stop {stop}, segment {segment}" for stop, segment in zip(table["stop"], table["segment"], strict=True)
        ],
    )


def _developer_name(text: str) -> str:
    """Make a name of letters, digits and single underscores that begins with a letter, as Salesforce demands."""
    safe = "_".join(part for part in "".join(c if c.isascii() and c.isalnum() else " " for c in text).split())
    return safe if safe[:1].isalpha() else f"T_{safe}"


def _renamed(
    rows: Callable[[PlanBook], pd.DataFrame], columns: dict[str, tuple[str, Callable[[Any], str]]]
) -> tuple[Callable[[PlanBook], pd.DataFrame], dict[str, Callable[[Any], str]]]:
    """Give rows under the receiving system's column names."""
    names = {ours: theirs for ours, (theirs, _) in columns.items()}
    return lambda book: rows(book)[list(columns)].rename(columns=names), dict(columns.values())


_TERRITORY_ROWS, _TERRITORY_COLUMNS = _renamed(
    _territories,
    {"developer_name": ("DeveloperName", as_id), "name": ("Name", as_text), "region": ("Description", as_text)},
)
_OWNER_ROWS, _OWNER_COLUMNS = _renamed(
    _owners,
    {
        "account_id": ("Account.ExternalId__c", as_id), "territory_id": ("Territory2.DeveloperName", _developer_name),
        "cause": ("AssociationCause", as_id),
    },
)  # fmt: skip
_EVENT_ROWS, _EVENT_COLUMNS = _renamed(
    _events,
    {
        "subject": ("Subject", as_text), "rep_id": ("Owner.ExternalId__c", as_id),
        "account_id": ("What.ExternalId__c", as_id), "begin": ("StartDateTime", as_id), "end": ("EndDateTime", as_id),
        "town": ("Location", as_text), "described": ("Description", as_text),
    },
)  # fmt: skip

CRM_FILES: Final = (
    TableFile(
        name="crm/account_owners.csv",
        rows=_owners,
        order=("account_id",),
        columns={"account_id": as_id, "name": as_text, "rep_id": as_id, "territory_id": as_id, "segment": as_text,
                 "visits_wanted": as_whole},
    ),
    TableFile(
        name="crm/visit_tasks.csv",
        rows=_events,
        order=("rep_id", "begin"),
        columns={"rep_id": as_id, "account_id": as_id, "subject": as_text, "begin": as_id, "end": as_id,
                 "town": as_text, "described": as_text},
    ),
    TableFile(
        name="crm/salesforce_territory2.csv", rows=_TERRITORY_ROWS, order=("DeveloperName",), columns=_TERRITORY_COLUMNS
    ),
    TableFile(
        name="crm/salesforce_object_territory2_association.csv",
        rows=_OWNER_ROWS,
        order=("Account.ExternalId__c",),
        columns=_OWNER_COLUMNS,
    ),
    TableFile(
        name="crm/salesforce_event.csv",
        rows=_EVENT_ROWS,
        order=("Owner.ExternalId__c", "StartDateTime"),
        columns=_EVENT_COLUMNS,
    ),
)  # fmt: skip
"""Plain files, and Salesforce's objects with external ids as its Data Loader takes them."""
