"""CRM files name each account's owner and each visit once, and no cell runs."""

import csv
import io

from maps.exports.crm import CRM_FILES
from tests.maps.builders import made_up_book


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one file."""
    table = next(table for table in CRM_FILES if table.name == f"crm/{name}.csv")
    return list(csv.DictReader(io.StringIO(table.text(made_up_book()))))


def test_owners_and_associations_agree():
    """Every account goes to the territory of its rep, in both forms."""
    book = made_up_book()
    owners = {row["account_id"]: row["rep_id"] for row in rows("account_owners")}
    assert owners == dict(zip(book.accounts["account_id"], book.accounts["rep_id"], strict=True))
    names = {row["DeveloperName"] for row in rows("salesforce_territory2")}
    associations = rows("salesforce_object_territory2_association")
    assert len(associations) == len(owners)
    assert {row["Territory2.DeveloperName"] for row in associations} <= names
    assert all(name.replace("_", "").isalnum() and name.isascii() and name[0].isalpha() for name in names)


def test_visits_become_events_with_local_times():
    """One event per visit, from its start to its end."""
    book = made_up_book()
    events = rows("salesforce_event")
    assert len(events) == len(book.visits) == len(rows("visit_tasks"))
    first = book.visits.sort_values(["rep_id", "date", "stop"]).iloc[0]
    assert (events[0]["StartDateTime"], events[0]["EndDateTime"]) == (
        f"{first['date']}T{first['start']}:00",
        f"{first['date']}T{first['depart']}:00",
    )


def test_no_cell_starts_like_a_formula():
    """Names of shops are made harmless; ids stay as they are."""
    cells = [cell for table in CRM_FILES for row in csv.reader(io.StringIO(table.text(made_up_book()))) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert [cell for cell in cells if cell.startswith("'=")]
