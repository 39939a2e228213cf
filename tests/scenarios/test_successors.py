"""Account numbers that succeeded one another at one site carry on one history."""

import pandas as pd
import pytest

from maps.languages.speaking import noting_unknown, say, speaking
from scenarios.checking import CheckedData, check_data
from scenarios.successors import alignment_of_successors, with_successors
from tests.scenarios.firms import WEEKS, accounts_of, sales_of, scenario_of, tables_of

HANDOVER = WEEKS[80]


def firm(*, overlap: int = 0, third: bool = False) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Accounts A00 and A01 (and A02 last) at one site: A01 begins `overlap` weeks before A00 ends, A02 40 weeks on."""
    accounts = accounts_of().assign(site="")
    accounts.loc[accounts["account_id"].isin(["A00", "A01", *(["A02"] if third else [])]), "site"] = "S1"
    sales = sales_of(accounts)
    name, week = sales["account_id"], sales["week"]
    gone = (name == "A00") & (week >= HANDOVER)
    gone |= (name == "A01") & (week < HANDOVER - pd.Timedelta(weeks=overlap))
    if third:
        later = HANDOVER + pd.Timedelta(weeks=40)
        gone |= ((name == "A01") & (week >= later)) | ((name == "A02") & (week < later))
    return accounts, sales[~gone].reset_index(drop=True)


def checked(accounts: pd.DataFrame, sales: pd.DataFrame, **cleaning: str) -> CheckedData:
    """Check the firm's tables."""
    return check_data(tables_of(accounts=accounts, sales=sales), scenario_of(cleaning=cleaning))


def counts(data: CheckedData) -> dict[str, int]:
    """Return how many subjects each check about sites found."""
    found = data.quality.findings
    about = found[found["check"].isin(["same_site", "site_with_several", "site_successor"])]
    return {str(check): int(count) for check, count in about.groupby("check")["count"].sum().items()}


def test_the_newest_number_carries_on_the_history() -> None:
    """All sales stay, under one account; the former one is not planned for and its repair is listed."""
    accounts, sales = firm()
    data = checked(accounts, sales)
    assert "A00" not in set(data.accounts["account_id"])
    own = data.sales[(data.sales["account_id"] == "A01").to_numpy()]
    assert own["week"].nunique() == len(WEEKS)
    both = sales.loc[sales["account_id"].isin(["A00", "A01"]), "sales"].sum()
    assert own["sales"].sum() == pytest.approx(both)
    assert counts(data) == {"site_successor": 1}
    repairs = data.quality.repairs
    assert repairs[repairs["rule"] == "same_site"][["id", "after"]].to_numpy().tolist() == [["A00", "A01"]]
    assert data.successor == {"A00": "A01"}


def test_three_owners_in_turn_are_one_account() -> None:
    """The last of them, with the history of all."""
    data = checked(*firm(third=True))
    assert data.successor == {"A00": "A02", "A01": "A02"}
    assert data.sales[(data.sales["account_id"] == "A02").to_numpy()]["week"].nunique() == len(WEEKS)
    assert counts(data) == {"site_successor": 2}


def test_a_week_in_which_both_bought_is_added_up() -> None:
    """Under any rule about double rows, since these are none."""
    accounts, sales = firm(overlap=1)
    data = checked(accounts, sales, duplicate_sales="refuse")
    last = HANDOVER - pd.Timedelta(weeks=1)
    booked = data.sales[((data.sales["account_id"] == "A01") & (data.sales["week"] == last)).to_numpy()]
    given = sales[sales["account_id"].isin(["A00", "A01"]) & (sales["week"] == last)]
    assert booked["sales"].tolist() == pytest.approx(given.groupby("category")["sales"].sum().tolist())


def test_accounts_that_bought_at_once_are_left_as_they_are() -> None:
    """Two shops under one roof."""
    data = checked(*firm(overlap=2))
    assert data.successor == {}
    assert {"A00", "A01"} <= set(data.accounts["account_id"])
    assert counts(data) == {"site_with_several": 2}


def test_the_rule_can_keep_every_number() -> None:
    """It is told."""
    data = checked(*firm(), same_site="keep")
    assert {"A00", "A01"} <= set(data.accounts["account_id"])
    assert counts(data) == {"same_site": 2}


def test_sums_of_regions_stay_and_order_does_not_matter() -> None:
    """Joining moves sales between numbers only."""
    accounts, sales = firm()
    joined, kept = checked(accounts, sales), checked(accounts, sales, same_site="keep")
    pd.testing.assert_frame_equal(joined.history, kept.history)
    mixed = checked(accounts.sample(frac=1, random_state=1), sales.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(joined.sales, mixed.sales)


def test_sales_that_come_later_are_booked_alike() -> None:
    """Text or categories, an unknown account untouched."""
    rows = pd.DataFrame({"account_id": ["A00", "x"], "category": "Nuts", "week": WEEKS[:2], "sales": [1.0, 2.0]})
    for table in (rows, rows.astype({"account_id": "category"})):
        assert with_successors(table, {"A00": "A01"})["account_id"].tolist() == ["A01", "x"]
    assert with_successors(rows, {}) is rows


def test_the_rep_of_a_former_number_serves_its_successor() -> None:
    """Unless the alignment names the successor itself."""
    rows = pd.DataFrame({"rep_id": ["R1", "R2"], "account_id": ["A00", "B00"]})
    found = alignment_of_successors(rows, {"A00": "A01"})
    assert found is not None
    assert found.to_numpy().tolist() == [["R1", "A01"], ["R2", "B00"]]
    both = pd.DataFrame({"rep_id": ["R1", "R2"], "account_id": ["A00", "A01"]})
    found = alignment_of_successors(both, {"A00": "A01"})
    assert found is not None
    assert found.to_numpy().tolist() == [["R2", "A01"]]
    assert alignment_of_successors(None, {"A00": "A01"}) is None


def test_what_is_told_is_known_in_french() -> None:
    """Of one account and of several."""
    tables = [
        checked(*firm(overlap=2)),
        checked(*firm()),
        checked(*firm(third=True)),
        checked(*firm(), same_site="keep"),
    ]
    with speaking("fr"), noting_unknown() as unknown:
        for data in tables:
            found = data.quality.findings
            for text in found.loc[found["check"].str.contains("site"), "text"]:
                say(text)
    assert unknown == []
