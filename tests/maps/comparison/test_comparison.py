"""Plans side by side: figures, better ones, who gets what, hostile names."""

import csv
import io
import math

import pandas as pd
import pytest

from maps.comparison.changes import account_changes, changed_areas, changed_keys, potential_by_rep
from maps.comparison.lines import Line, compared_lines
from maps.comparison.page import NamedPlan, accounts_csv, comparison_page, keys_csv, measures_csv
from tests.maps.builders import HOSTILE, made_up_book


def line(better: str, *figures: float) -> Line:
    """One measure of some plans."""
    return Line(name="x", group="", unit="", better=better, figures=figures)


def moved_book():
    """The made-up plan after area A01 and its accounts went from R1 to R2, one account left and one came."""
    book = made_up_book()
    areas, accounts = book.areas.copy(), book.accounts.copy()
    areas.loc[areas["area_id"] == "A01", ["rep_id", "territory_id"]] = ["R2", "T-R2"]
    accounts.loc[accounts["area_id"] == "A01", "rep_id"] = "R2"
    new = accounts.iloc[[0]].assign(account_id="C999", name="New")
    accounts = pd.concat([accounts[accounts["account_id"] != "C059"], new], ignore_index=True)
    return made_up_book(areas=areas, accounts=accounts)


@pytest.mark.parametrize(
    ("better", "figures", "best"),
    [
        ("less", (3.0, 2.0, 2.0), {1, 2}),
        ("more", (3.0, 2.0, math.nan), {0}),
        ("", (3.0, 2.0), set()),
        ("less", (2.0, 2.0), set()),
        ("less", (2.0, math.nan), set()),
    ],
)
def test_the_better_figure_is_marked(better, figures, best):
    """By direction; not where plans are even, nor where only one has a figure."""
    assert line(better, *figures).best == best


def test_keys_that_differ_are_listed_by_path():
    """Nested keys, keys of one scenario only."""
    first = {"tours": {"weeks": 4, "lunch": {"minutes": 45}}, "name": "a"}
    second = {"tours": {"weeks": 2, "lunch": {"minutes": 45}, "start": "2026-01-05"}, "name": "a"}
    assert changed_keys([first, second]) == [("tours.start", ("–", "2026-01-05")), ("tours.weeks", ("4", "2"))]


def test_values_of_keys_are_written_as_a_planner_reads_them():
    """Nothing of Python's: no None, no braces, no quotes."""
    first = {"cap": None, "locks": [], "shares": {}, "contiguous": True, "freeze": ["R1", "R2"]}
    second = {
        "cap": 0.2, "locks": [{"area": "00", "rep": "R1"}, {"area": "01", "rep": "R2", "note": None}],
        "shares": {"R1": 0.5}, "contiguous": False, "freeze": [],
    }  # fmt: skip
    assert changed_keys([first, second]) == [
        ("cap", ("not set", "0.2")),
        ("contiguous", ("yes", "no")),
        ("freeze", ("R1, R2", "none")),
        ("locks", ("none", "area 00, rep R1; area 01, rep R2")),
        ("shares", ("none", "–")),
        ("shares.R1", ("–", "0.5")),
    ]


def test_cycles_of_different_length_are_compared_by_the_week():
    """Twice the weeks with twice the driving is no worse; what cannot be compared is not marked."""
    book = made_up_book()
    weeks = int(book.days["week"].max())
    again = book.days.assign(week=book.days["week"] + weeks)
    longer = made_up_book(days=pd.concat([book.days, again], ignore_index=True))
    lines = {entry.name: entry for entry in compared_lines([book, longer])}
    assert (lines["Driving"].unit, lines["Driving"].best) == ("h a week", frozenset())
    assert lines["Driving"].figures[0] == pytest.approx(float(book.days["drive_minutes"].sum()) / 60 / weeks)
    assert lines["Weeks of the cycle"].figures == (weeks, 2 * weeks)
    assert not lines["Visits planned"].best | lines["Accounts with fewer visits than wanted"].best
    same = {entry.name: entry for entry in compared_lines([book, book])}
    assert (same["Driving"].unit, "Weeks of the cycle" in same) == ("h", False)


def test_accounts_that_change_hands_come_or_go_are_reported():
    """Each with from and to, and the sums by rep agree with the list."""
    before, after = made_up_book(), moved_book()
    changes = account_changes(before, after).set_index("account_id")
    assert changes["change"].to_dict() == {
        "C999": "added", "C002": "changed owner", "C003": "changed owner", "C059": "lost",
    }  # fmt: skip
    assert changes.loc["C002", ["from_rep", "to_rep"]].tolist() == ["R1", "R2"]
    by_rep = potential_by_rep(before, after).set_index("rep_id")
    handed = before.accounts.set_index("account_id")["potential"][["C002", "C003"]].sum()
    assert by_rep.loc["R2", "gained"] == pytest.approx(handed)
    assert by_rep["accounts_gained"].sum() == 3
    assert by_rep["accounts_lost"].sum() == 3
    assert changed_areas(before, after) == {"A01": "R1"}
    assert account_changes(before, before).empty


def test_an_account_that_keeps_its_owner_in_another_territory_is_told_apart():
    """The area moves, the account stays with its rep."""
    book = made_up_book()
    areas = book.areas.copy()
    areas.loc[areas["area_id"] == "A01", ["rep_id", "territory_id"]] = ["R2", "T-R2"]
    changes = account_changes(book, made_up_book(areas=areas))
    assert set(changes["change"]) == {"moved territory"}


def test_a_rep_who_left_makes_no_plan_better():
    """His areas change hands in any plan of the smaller team: they count, and are no merit of the plan."""
    whole, areas = made_up_book(), made_up_book().areas
    without = made_up_book(areas=areas.assign(current_rep_id=areas["rep_id"].replace("R1", "R9")))
    lines = {entry.name: entry for entry in compared_lines([whole, without])}
    served = int((areas["rep_id"] == "R1").sum())
    assert lines["Areas that change hands"].figures == (2.0, float(served))
    assert 1 not in lines["Areas that change hands"].best | lines["Potential that changes hands"].best
    left = lines["Areas that change hands since a rep left, in any plan"]
    assert (left.figures, left.best) == ((0.0, float(served)), frozenset())
    assert not any("since a rep left" in entry.name for entry in compared_lines([whole, whole]))


def test_tables_hold_the_lines_and_the_page_keeps_names_as_text():
    """The CSV has every line with its figures; hostile names appear escaped only."""
    plans = [
        NamedPlan(name="<a>", book=made_up_book(), scenario={"x": {"y": 1}}),
        NamedPlan(name="b", book=moved_book(), scenario={"x": {"y": 2}}),
    ]
    rows = list(csv.DictReader(io.StringIO(measures_csv(plans))))
    lines = compared_lines([plan.book for plan in plans])
    assert [row["measure"] for row in rows] == [entry.name for entry in lines]
    change = next(row for row in rows if row["measure"] == "Areas that change hands")
    assert (float(change["<a>"]), float(change["b"]), change["better"]) == (2.0, 1.0, "b")
    assert keys_csv(plans) == "key,<a>,b\nx.y,1,2\n"
    assert len(accounts_csv(plans).splitlines()) == 1 + 4
    page = comparison_page(plans)
    assert page == comparison_page(plans)
    assert not [name for name in HOSTILE if name.startswith("<") and name in page]
    assert "&lt;a&gt;" in page
