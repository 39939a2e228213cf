"""Events with a place touch the accounts around it, and regions by their share of sales."""

import numpy as np
import pandas as pd
import pytest

from maps.languages.speaking import noting_unknown, say, speaking
from scenarios.checking import CheckedData, check_data
from scenarios.event_reach import spread_over_reach
from scenarios.quality_log import QualityLog
from tests.scenarios.firms import WEEKS, accounts_of, sales_of, scenario_of, tables_of

PORT = {"lon": 2.1, "lat": 46.1}


def strike(**changed: object) -> pd.DataFrame:
    """One strike in the port of Aville."""
    row = {"event_id": "E1", "kind": "strike", "start": WEEKS[60], "end": WEEKS[61], "region": "", "category": "",
           "name": "", "announced": "", "lon": np.nan, "lat": np.nan, "reach_km": np.nan, **changed}  # fmt: skip
    return pd.DataFrame([row]).astype(dict.fromkeys(("lon", "lat", "reach_km"), float))


def checked(events: pd.DataFrame) -> CheckedData:
    """Check the firm with such events."""
    return check_data(tables_of(events=events), scenario_of())


def test_the_share_is_that_of_the_sales_around_the_place() -> None:
    """All accounts of Aville and nobody else lie within 10 km: by hand from the year that ends before the event."""
    data = checked(strike(**PORT, reach_km=10.0))
    assert data.events["region"].unique().tolist() == ["North"]
    ahead = pd.Timedelta(weeks=(pd.Timestamp("2024-09-29") - data.history["week"].max()).days // 7)
    until = max(WEEKS[60] - ahead, WEEKS[52])
    year = data.past_sales[
        data.past_sales["week"].between(until - pd.Timedelta(weeks=52), until - pd.Timedelta(days=1))
    ]
    names = year["account_id"].astype(str)
    north = year[names.str[0].isin(["A", "B"])]
    near = north[north["account_id"].astype(str).str[0] == "A"]
    expected = (
        near.groupby("category", observed=True)["sales"].sum() / north.groupby("category", observed=True)["sales"].sum()
    )
    assert data.events.set_index("category")["touched"].to_dict() == pytest.approx(expected.to_dict())


def test_an_event_without_a_place_touches_all_of_its_region() -> None:
    """As before."""
    data = checked(strike(region="South"))
    assert data.events[["region", "category", "touched"]].to_numpy().tolist() == [["South", "", 1.0]]


def test_region_and_category_narrow_a_placed_event() -> None:
    """Within reach of all towns, in one region and one category."""
    data = checked(strike(**PORT, reach_km=200.0, region="South", category="Nuts"))
    assert data.events[["region", "category", "touched"]].to_numpy().tolist() == [["South", "Nuts", 1.0]]


def test_an_event_out_of_reach_is_told_and_left_out() -> None:
    """In the sea."""
    data = checked(strike(lon=-20.0, lat=46.0, reach_km=10.0))
    assert data.events.empty
    found = data.quality.findings
    assert found.loc[found["check"] == "event_touches_nobody", "count"].tolist() == [1]


def test_sales_after_the_horizon_before_an_event_do_not_count() -> None:
    """What happens from the earliest origin on that sees the event changes no share."""
    accounts = accounts_of()
    sales = sales_of(accounts).astype({"account_id": "category", "category": "category"})
    later = sales.assign(sales=sales["sales"].where(sales["week"] < WEEKS[70], sales["sales"] ** 3))
    events = strike(**PORT, reach_km=10.0, start=WEEKS[83])
    first, second = (
        spread_over_reach(events, accounts, table, horizon_weeks=13, log=QualityLog()) for table in (sales, later)
    )
    pd.testing.assert_frame_equal(first, second)


def test_what_is_told_is_known_in_french() -> None:
    """Of events within and out of reach."""
    with speaking("fr"), noting_unknown() as unknown:
        for events in (strike(**PORT, reach_km=10.5), strike(lon=-20.0, lat=46.0, reach_km=10.0)):
            found = checked(events).quality.findings
            for text in found.loc[found["check"].str.startswith("event"), "text"]:
                say(text)
    assert unknown == []
