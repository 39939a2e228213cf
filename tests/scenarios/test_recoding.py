"""Merged, renamed and split product lines carry their past along."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from maps.languages.speaking import noting_unknown, say, speaking
from scenarios.checking import CheckedData, check_data
from scenarios.quality_log import QualityLog
from scenarios.recoding import events_of_today, rebook, steps_of
from tests.scenarios.firms import WEEKS, accounts_of, sales_of, scenario_of, tables_of

DAY = WEEKS[80]


def recoding(*lines: tuple[str, str, object, float]) -> pd.DataFrame:
    """Table of categories."""
    table = pd.DataFrame(lines, columns=["category", "becomes", "valid_from", "share"])
    return table.assign(valid_from=pd.to_datetime(table["valid_from"]))


def rows_of(*lines: tuple[str, str, int, float]) -> pd.DataFrame:
    """Sales by account, category, number of week and amount."""
    table = pd.DataFrame(lines, columns=["account_id", "category", "week", "sales"])
    return table.assign(week=WEEKS[table["week"].to_numpy()]).astype({"account_id": "category", "category": "category"})


def plain(rows: pd.DataFrame) -> list[tuple[str, str, int, float]]:
    """Sales as they were given."""
    week = WEEKS.get_indexer(pd.DatetimeIndex(rows["week"]))
    return list(zip(rows["account_id"], rows["category"], week.tolist(), rows["sales"].round(6), strict=True))


def test_a_merged_line_takes_over_the_past_of_both() -> None:
    """Added up by account and week, from before the day only."""
    sales = rows_of(("a", "Bolts", 1, 3.0), ("a", "Nuts", 1, 4.0), ("a", "Nuts", 81, 5.0), ("b", "Nuts", 2, 6.0))
    found = rebook(sales, steps_of(recoding(("Nuts", "Bolts", DAY, 1.0))), QualityLog())
    assert plain(found) == [("a", "Bolts", 1, 7.0), ("a", "Nuts", 81, 5.0), ("b", "Bolts", 2, 6.0)]


def test_a_split_line_gives_its_shares_and_may_go_on_itself() -> None:
    """The part that keeps the name loses only its past."""
    sales = rows_of(("a", "Bolts", 1, 10.0), ("a", "Bolts", 81, 8.0))
    steps = steps_of(recoding(("Bolts", "Bolts", DAY, 0.7), ("Bolts", "Pins", DAY, 0.3)))
    log = QualityLog()
    assert plain(rebook(sales, steps, log)) == [("a", "Bolts", 1, 7.0), ("a", "Bolts", 81, 8.0), ("a", "Pins", 1, 3.0)]
    assert log.findings({}, {})["check"].tolist() == ["recoded_category"]


def test_steps_of_several_days_follow_one_another() -> None:
    """What became Pins in one year became Rods in another."""
    sales = rows_of(("a", "Bolts", 1, 1.0), ("a", "Pins", 60, 2.0), ("a", "Rods", 90, 4.0))
    steps = steps_of(recoding(("Pins", "Rods", DAY, 1.0), ("Bolts", "Pins", WEEKS[50], 1.0)))
    found = plain(rebook(sales, steps, QualityLog()))
    assert found == [("a", "Rods", 1, 1.0), ("a", "Rods", 60, 2.0), ("a", "Rods", 90, 4.0)]


def test_without_a_day_every_week_counts() -> None:
    """And the former name is gone."""
    found = rebook(
        rows_of(("a", "Nuts", 1, 1.0), ("a", "Nuts", 99, 2.0)),
        steps_of(recoding(("Nuts", "Bolts", None, 1.0))),
        QualityLog(),
    )
    assert found["category"].cat.categories.tolist() == ["Bolts"]


def checked(table: pd.DataFrame | None, sales: pd.DataFrame | None = None) -> CheckedData:
    """Check the firm with such a table of categories."""
    accounts = accounts_of()
    sales = sales_of(accounts) if sales is None else sales
    return check_data(dataclasses.replace(tables_of(accounts=accounts, sales=sales), categories=table), scenario_of())


def test_sums_stay_and_every_step_is_counted() -> None:
    """History by region and week is what it was; double-row rules are not bothered; the past is under new names."""
    accounts = accounts_of()
    sales = sales_of(accounts)
    early = (sales["week"] < DAY) & (sales["category"] == "Nuts")
    former = sales.assign(category=sales["category"].where(~early, "Old nuts"))
    data = checked(recoding(("Old nuts", "Nuts", DAY, 1.0)), former)
    today = checked(None, sales)
    pd.testing.assert_frame_equal(data.history, today.history)
    found = data.quality.findings
    assert found.loc[found["check"] == "recoded_category", "text"].tolist() == [
        f"Category Old nuts became Nuts on {DAY:%Y-%m-%d}; {early.sum():,} sales rows of before count there now."
    ]
    assert "duplicate_sales" not in set(found["check"])
    repairs = data.quality.repairs
    assert repairs.loc[repairs["rule"] == "categories", ["id", "after"]].to_numpy().tolist() == [["Old nuts", "Nuts"]]


def test_returns_of_a_former_line_are_netted_in_the_new_one() -> None:
    """What was bought under one name may be sent back under the other."""
    accounts = accounts_of()
    sales = sales_of(accounts)
    back = pd.DataFrame({"account_id": ["A00"], "category": ["Pins"], "week": [WEEKS[100]], "sales": [-5.0]})
    data = checked(recoding(("Nuts", "Pins", DAY, 1.0)), pd.concat([sales, back], ignore_index=True))
    assert "return_without_sale" not in set(data.quality.findings["check"])
    assert data.sales["sales"].sum() == pytest.approx(sales["sales"].sum() - 5)


def test_a_name_still_in_use_is_told() -> None:
    """It stays a category of its own, and the remedy is named."""
    data = checked(recoding(("Nuts", "Bolts", DAY, 1.0)))
    assert set(data.history["category"]) == {"Bolts", "Nuts"}
    text = data.quality.findings.set_index("check")["text"]["given_up_category"]
    rows = int((sales_of(accounts_of())["week"] >= DAY).sum() // 2)
    assert text.startswith(f"{rows:,} sales rows still name category Nuts, given up on {DAY:%Y-%m-%d}; kept")


def test_events_follow_the_categories_that_they_touch() -> None:
    """One row for each heir; an event after the day stays."""
    events = pd.DataFrame(
        {"event_id": ["E1", "E2", "E3"], "category": ["Nuts", "Nuts", ""], "start": [WEEKS[1], WEEKS[99], WEEKS[1]]}
    )
    steps = steps_of(recoding(("Nuts", "Pins", DAY, 0.5), ("Nuts", "Rods", DAY, 0.5)))
    found = events_of_today(events, steps).sort_values(["event_id", "category"])
    assert found[["event_id", "category"]].to_numpy().tolist() == [
        ["E1", "Pins"],
        ["E1", "Rods"],
        ["E2", "Nuts"],
        ["E3", ""],
    ]


def test_rows_in_any_order_give_the_same() -> None:
    """Against a naive loop."""
    random = np.random.default_rng(3)
    grid = pd.MultiIndex.from_product(
        [["a", "b"], ["Bolts", "Nuts", "Pins"], WEEKS[:100]], names=["account_id", "category", "week"]
    )
    sales = grid.to_frame(index=False).assign(sales=random.integers(1, 99, len(grid)).astype(float))
    table = recoding(
        ("Nuts", "Bolts", WEEKS[30], 0.25), ("Nuts", "Pins", WEEKS[30], 0.75), ("Pins", "Bolts", WEEKS[60], 1.0)
    )
    expected: dict[tuple[str, str, pd.Timestamp], float] = {}
    for account, category, week, amount in sales.itertuples(index=False):
        parts = [(category, amount)]
        for day, shares in (
            (WEEKS[30], {"Nuts": {"Bolts": 0.25, "Pins": 0.75}}),
            (WEEKS[60], {"Pins": {"Bolts": 1.0}}),
        ):
            if week < day:
                parts = [
                    (heir, part * share)
                    for name, part in parts
                    for heir, share in shares.get(name, {name: 1.0}).items()
                ]
        for name, part in parts:
            expected[account, name, week] = expected.get((account, name, week), 0.0) + part
    mixed = sales.sample(frac=1, random_state=2).astype({"account_id": "category", "category": "category"})
    found = rebook(mixed, steps_of(table), QualityLog())
    got = {(a, c, w): s for a, c, w, s in found[["account_id", "category", "week", "sales"]].itertuples(index=False)}
    assert got.keys() == expected.keys()
    assert [got[key] for key in expected] == pytest.approx(list(expected.values()))


def test_what_is_told_is_known_in_french() -> None:
    """Of a merged, a split and a renamed line."""
    split = recoding(("Nuts", "Bolts", DAY, 0.4), ("Nuts", "Pins", DAY, 0.6))
    with speaking("fr"), noting_unknown() as unknown:
        for table in (recoding(("Nuts", "Bolts", None, 1.0)), recoding(("Nuts", "Bolts", DAY, 1.0)), split):
            found = checked(table).quality.findings
            for text in found.loc[found["check"].isin(["recoded_category", "given_up_category"]), "text"]:
                say(text)
    assert unknown == []
