"""Events with a place touch the accounts around it, and regions by their share of sales."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import run_scenario
from forecasting.event_shares import EventShares, event_shares, told_shares
from forecasting.event_shifts import event_shifts
from forecasting.history import Forecast
from forecasting.potential import MOVED, POTENTIAL_COLUMNS, share_out_potential
from maps.languages.speaking import noting_unknown, say, speaking
from scenarios.checking import CheckedData, check_data
from scenarios.event_reach import reached_accounts, spread_over_reach, within_reach
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


def near_aville(*, past: float = 1.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Accounts of the firm, and their sales; those of Aville are `past` times as much in two recent weeks."""
    accounts = accounts_of().assign(segment="A")
    sales = sales_of(accounts)
    struck = sales["account_id"].str.startswith("A") & sales["week"].isin(WEEKS[-20:-18])
    sales["sales"] = sales["sales"] * np.where(struck, past, 1.0)
    return accounts, sales.astype({"account_id": "category", "category": "category"})


def forecast_of(*, gap: int = 0) -> Forecast:
    """Four weeks, `gap` weeks after the history, 10,000.01 a week in every region and category."""
    weeks = WEEKS[-1] + pd.to_timedelta(7 * np.arange(gap + 1, gap + 5), unit="D")
    index = pd.MultiIndex.from_product([["North", "South"], ["Bolts", "Nuts"], weeks])
    table = index.set_names(["region", "category", "week"]).to_frame(index=False)
    table = table.assign(p10=9000.0, p50=10000.01, p90=11000.0, model="x")
    return Forecast(table=table, scores=pd.DataFrame(), history=pd.DataFrame(), notes=())


STRIKE = {"strike": -0.5}
"""Effect on near accounts by kind."""


def shared(
    events: pd.DataFrame, effects: dict[str, float], firm: tuple[pd.DataFrame, pd.DataFrame], *, gap: int = 0
) -> tuple[pd.DataFrame, EventShares | None]:
    """Spread the events over their reach and share out, as the chain does."""
    accounts, sales = firm
    spread = spread_over_reach(events, accounts, sales, horizon_weeks=4, log=QualityLog())
    forecast = forecast_of(gap=gap)
    days = forecast.table["week"].drop_duplicates().to_numpy().astype("datetime64[D]")
    last_week = WEEKS[-1].to_datetime64().astype("datetime64[D]")
    shares = event_shares(reached_accounts(spread, accounts), effects, days, last_week=last_week)
    potential = share_out_potential(
        forecast, sales, accounts, period_start=days[0].astype(object), period_end=days[-1].astype(object),
        headroom_share=0.3, headroom_quantile=0.85, events=shares,
    )  # fmt: skip
    return potential, shares


def strike_to_come() -> pd.DataFrame:
    """In the port of Aville, the first two of the four weeks to come."""
    return strike(
        **PORT,
        reach_km=10.0,
        start=WEEKS[-1] + pd.Timedelta(days=7),
        end=WEEKS[-1] + pd.Timedelta(days=20),
    )


def test_a_strike_moves_sales_from_the_near_accounts_to_the_far_ones() -> None:
    """Half of the weeks at half of the sales, by hand; the region's total stays to the cent, the South as it was."""
    firm = near_aville()
    calm, _ = shared(strike().iloc[:0], STRIKE, firm)
    struck, _ = shared(strike_to_come(), STRIKE, firm)
    town = firm[0]["account_id"].str[0]
    before, after = (table.groupby(town)["baseline"].sum() for table in (calm, struck))
    near, far = before["A"] / 2, before["B"] / 2
    total = near + far
    assert after["A"] == pytest.approx(near + 0.5 * near / (0.5 * near + far) * total, abs=0.1)
    assert round(after["A"] + after["B"], 2) == round(before["A"] + before["B"], 2) == 80000.08
    pd.testing.assert_frame_equal(
        struck.loc[town.isin(["C", "D"]), list(POTENTIAL_COLUMNS)], calm.loc[town.isin(["C", "D"])]
    )
    assert (struck.loc[town == "A", MOVED] < 0).all()
    assert (struck.loc[town == "B", MOVED] > 0).all()
    np.testing.assert_allclose(struck["baseline"] - calm["baseline"], struck[MOVED], atol=0.001)
    assert struck["headroom"].tolist() == calm["headroom"].tolist()


@pytest.mark.parametrize(
    ("events", "effects"),
    [
        (strike().iloc[:0], STRIKE),
        (strike(region="North", start=WEEKS[-1] + pd.Timedelta(days=7)), STRIKE),
        (strike(**PORT, reach_km=10.0, start=WEEKS[10], end=WEEKS[11]), STRIKE),
        (strike_to_come(), {}),
        (strike_to_come(), {"fair": 0.5}),
    ],
    ids=["no event", "no place", "long ago", "not beyond chance", "another kind"],
)
def test_without_an_effect_in_the_period_nothing_moves(events: pd.DataFrame, effects: dict[str, float]) -> None:
    """The very same table."""
    firm = near_aville()
    accounts, sales = firm
    days = forecast_of().table["week"].drop_duplicates().to_numpy().astype("datetime64[D]").astype(object)
    plain = share_out_potential(
        forecast_of(), sales, accounts, period_start=days[0], period_end=days[-1], headroom_share=0.3,
        headroom_quantile=0.85,
    )  # fmt: skip
    pd.testing.assert_frame_equal(shared(events, effects, firm)[0], plain)


@pytest.mark.parametrize("gap", [0, 40])
def test_a_past_strike_does_not_shape_the_shares_to_come(gap: int) -> None:
    """Two recent weeks at half of the sales, told as a strike: as if there had been none, in a later period too."""
    past = strike(**PORT, reach_km=10.0, start=WEEKS[-20], end=WEEKS[-18] - pd.Timedelta(days=1))
    usual, _ = shared(strike().iloc[:0], STRIKE, near_aville(), gap=gap)
    fallen, _ = shared(strike().iloc[:0], STRIKE, near_aville(past=0.5), gap=gap)
    mended, _ = shared(past, STRIKE, near_aville(past=0.5), gap=gap)
    assert np.abs(fallen["baseline"] - usual["baseline"]).max() > 5
    np.testing.assert_allclose(mended["baseline"], usual["baseline"], atol=0.03)
    assert MOVED not in mended  # what happened in the past moves nothing to come
    np.testing.assert_allclose(mended["headroom"], usual["headroom"], atol=0.03)


def test_a_strike_that_goes_on_is_not_counted_twice() -> None:
    """Half of the sales for 20 weeks, without an end: recent sales hold what the weeks to come do, nothing moves on."""
    accounts, sales = near_aville()
    struck = sales["account_id"].str.startswith("A") & (sales["week"] >= WEEKS[-20])
    firm = accounts, sales.assign(sales=sales["sales"] * np.where(struck, 0.5, 1.0))
    endless, _ = shared(strike(**PORT, reach_km=10.0, start=WEEKS[-20], end=pd.NaT), STRIKE, firm)
    calm, _ = shared(strike_to_come().assign(end=WEEKS[-1] + pd.Timedelta(days=34)), STRIKE, near_aville())
    np.testing.assert_allclose(endless["baseline"], calm["baseline"], rtol=0.001)


def test_what_moves_and_what_does_not_is_told_in_both_languages() -> None:
    """The event, the amount, and kinds without an effect."""
    potential, shares = shared(strike_to_come(), STRIKE, near_aville())
    amount = potential[MOVED].clip(lower=0).sum()
    lines = told_shares(shares, potential[MOVED].to_numpy())
    between = "between the accounts within their reach and the others of the same region"
    assert lines == (f"Events with a place (E1) move {amount:,.0f} of sales {between}, whose total stays.",)
    _, unproven = shared(strike_to_come(), {"fair": 0.5}, near_aville())
    lines += told_shares(unproven, None)
    assert lines[1].endswith("is not beyond chance, so nothing is: strike.")
    assert told_shares(None, None) == ()
    with speaking("fr"), noting_unknown() as unknown:
        assert all(say(line) != line for line in lines)
    assert unknown == []


PAST = pd.concat(
    strike(**PORT, reach_km=10.0, start=WEEKS[week], end=WEEKS[week + 1] + pd.Timedelta(days=6)).assign(
        event_id=f"E{week}"
    )
    for week in (15, 45, 75)
)
"""Three strikes of two weeks in the port of Aville."""


@pytest.mark.parametrize("made_good", [0.0, 1.0], ids=["what is lost is lost", "others of the region sell it"])
def test_a_shift_is_read_from_the_accounts(made_good: float) -> None:
    """Near accounts sell 40 %; whether the region loses the rest or the far ones win it, sales move away from near."""
    accounts, sales = near_aville()
    town = sales["account_id"].str[0].to_numpy()
    struck = sales["week"].isin([WEEKS[week + number] for week in (15, 45, 75) for number in (0, 1)]).to_numpy()
    amount = sales["sales"].to_numpy(np.float64).copy()
    keys = [sales["week"], sales["category"]]
    lost = (sales["sales"].where(struck & (town == "A"), 0.0) * 0.6).groupby(keys, observed=True).transform("sum")
    far = sales["sales"].where(town == "B", 0.0).groupby(keys, observed=True).transform("sum")
    amount[town == "A"] *= np.where(struck, 0.4, 1.0)[town == "A"]
    won = (town == "B") & struck
    amount[won] *= (1 + made_good * lost / far).to_numpy()[won]
    spread = spread_over_reach(PAST, accounts, sales, horizon_weeks=4, log=QualityLog())
    found = event_shifts(reached_accounts(spread, accounts), sales.assign(sales=amount), accounts["account_id"])
    ratio = 0.4 / (1 + made_good * float((lost / far)[won].mean()))
    assert found == {"strike": pytest.approx(ratio - 1, abs=0.05)}


def test_a_shift_that_chance_makes_is_none() -> None:
    """Strikes that did nothing, with noise of a fifth in every account's week."""
    accounts, sales = near_aville()
    reached = reached_accounts(spread_over_reach(PAST, accounts, sales, horizon_weeks=4, log=QualityLog()), accounts)
    found = []
    for seed in range(12):
        noise = np.exp(0.2 * np.random.default_rng(seed).standard_normal(len(sales)))
        found.append(event_shifts(reached, sales.assign(sales=sales["sales"] * noise), accounts["account_id"]))
    assert sum(bool(each) for each in found) <= 1
    assert event_shifts((), sales, accounts["account_id"]) == {}


def test_a_strike_at_a_port_reaches_the_files(here: Path) -> None:
    """Through the whole chain: three strikes around area 00 at 40 % of sales, a fourth one in the period."""
    accounts, sales = (pd.read_csv(here / f"{name}.csv", dtype={"account_id": str}) for name in ("accounts", "sales"))
    near = within_reach(accounts, lon=2.075, lat=47.075, reach_km=12.0)
    starts = ["2024-09-02", "2025-02-03", "2025-09-08", "2026-01-12"]
    ends = ["2024-09-22", "2025-02-23", "2025-09-28", "2026-01-25"]
    week = pd.to_datetime(sales["week"])
    struck = np.any([week.between(first, last) for first, last in zip(starts, ends, strict=True)], axis=0)
    struck &= sales["account_id"].isin(accounts.loc[near, "account_id"]).to_numpy()
    sales.assign(sales=(sales["sales"] * np.where(struck, 0.4, 1.0)).round(2)).to_csv(here / "sales.csv", index=False)
    events = pd.DataFrame({"event_id": ["S1", "S2", "S3", "S4"], "kind": "strike", "start": starts, "end": ends})
    events = events.assign(region="", lon=2.075, lat=47.075, reach_km=12.0)
    events.to_csv(here / "events.csv", index=False)
    assert run_scenario.main(["scenario.yaml", "--out", "out", "--quiet", "--only", "forecast"]) == 0
    moved = pd.read_csv(here / "out" / "moved_by_events.csv", dtype={"account_id": str}).set_index("account_id")
    inside = moved.index.isin(accounts.loc[near, "account_id"])
    assert 0 < inside.sum() < near.size
    assert set(moved["region"]) == {"North"}
    assert (moved["moved_by_events"] < 0).tolist() == inside.tolist()
    assert moved["moved_by_events"].sum() == pytest.approx(0, abs=0.001)
    baseline, weekly = (pd.read_csv(here / "out" / f"{name}.csv") for name in ("potential", "forecast"))
    expected = weekly.groupby("region")["p50"].sum().round(2).to_dict()
    assert baseline.groupby("region")["baseline"].sum().round(2).to_dict() == expected
    notes = json.loads((here / "out" / "stages" / "forecast.json").read_text(encoding="utf-8"))["notes"]
    assert any(note.startswith("Events with a place (S4) move ") for note in notes)


def test_a_place_the_wrong_way_round_is_told() -> None:
    """Nobody lies there, but somebody with lon and lat exchanged."""
    accounts, sales = near_aville()
    log = QualityLog()
    wrong = strike(lon=PORT["lat"], lat=PORT["lon"], reach_km=10.0)
    assert spread_over_reach(wrong, accounts, sales, horizon_weeks=4, log=log).empty
    assert log.findings({}, {})["text"].str.endswith("Its lon and lat seem to have changed places.").tolist() == [True]
