"""What is made of the forecast: stock, a budget, rep time, risks and opportunities."""

from pathlib import Path

import pandas as pd
import pytest

import run_scenario
from scenarios.assemble_resources import MadeResources, _add_budget
from scenarios.schema.resources import Budget
from tests.builders import tiny_case

ALL = """
resources:
  stock: {service_level: 0.9, warehouses: {Main: [North, South]}, unit_prices: {tools: 20}}
  budget: {amount: 3000, step: 100, half_spend: 0.05, least_share: 0.1}
  rep_time: {most_change: 0.2}
  risks: {growth: 0.05, targets: {South: 1000000}, horizon_weeks: 13, most: 5}
outputs: {erp: true}
"""
FILES = {"stock.csv", "budget.csv", "rep_time.csv", "risks.csv", "account_scores.csv", "score_tests.csv"}


def run(scenario: Path, out: Path) -> int:
    return run_scenario.main([str(scenario), "--out", str(out), "--quiet", "--only", "forecast"])


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The folder of a run that asks for everything."""
    folder = tmp_path_factory.mktemp("resources")
    scenario = tiny_case(folder)
    scenario.write_text(scenario.read_text(encoding="utf-8") + ALL, encoding="utf-8")
    assert run(scenario, folder / "out") == 0
    return folder / "out"


def faults(tmp_path: Path, capsys, more: str) -> str:
    scenario = tiny_case(tmp_path)
    scenario.write_text(scenario.read_text(encoding="utf-8") + more, encoding="utf-8")
    assert run(scenario, tmp_path / "out") == 2
    return capsys.readouterr().err


def test_nothing_is_made_that_is_not_asked_for(tmp_path):
    assert run(tiny_case(tmp_path), tmp_path / "out") == 0
    assert not FILES & {path.name for path in (tmp_path / "out").iterdir()}


def test_every_part_has_its_file(made):
    assert {path.name for path in made.iterdir()} >= FILES


def test_a_shared_warehouse_expects_the_sum_of_its_regions(made):
    """Three weeks are covered: two of delivery, one between orders."""
    stock = pd.read_csv(made / "stock.csv")
    forecast = pd.read_csv(made / "forecast.csv")
    assert set(stock["warehouse"]) == {"Main"}
    weeks = sorted(forecast["week"].unique())[:3]
    expected = forecast[forecast["week"].isin(weeks)].groupby("category")["p50"].sum()
    first = stock[stock["week"] == weeks[0]].set_index("category")["expected"]
    assert first.to_dict() == pytest.approx(expected.to_dict(), abs=0.02)
    assert (stock["stock"] > stock["expected"]).all()


def test_the_erp_gets_demand_and_levels_of_every_warehouse(made):
    """Read back, they agree with forecast.csv and stock.csv; what lasts through delivery alone is less."""
    demand = pd.read_csv(made / "erp" / "demand_forecast.csv", parse_dates=["period_start"])
    forecast = pd.read_csv(made / "forecast.csv", parse_dates=["week"])
    pieces = demand["unit"] == "EA"
    assert set(demand["unit"]) == {"EA", "EUR"}
    money = demand.assign(money=demand["quantity"].where(~pieces, 20 * demand["quantity"]))
    found = money.groupby(["item_category", "period_start"])["money"].sum()
    assert found.tolist() == pytest.approx(forecast.groupby(["category", "week"])["p50"].sum().tolist(), abs=0.05)
    assert (demand["quantity_low"] < demand["quantity"]).any()
    levels, stock = pd.read_csv(made / "erp" / "stock_levels.csv"), pd.read_csv(made / "stock.csv")
    assert (levels["reorder_point"] < levels["order_up_to"]).all()
    price = levels["unit"].map({"EA": 20.0, "EUR": 1.0})
    assert (levels["order_up_to"] * price).tolist() == pytest.approx(stock["stock"].tolist(), abs=0.05)
    assert levels["valid_from"].tolist() == stock["week"].tolist()


def test_the_budget_is_spent_and_beats_a_split_by_sales(made):
    budget = pd.read_csv(made / "budget.csv")
    assert budget["spend"].sum() == 3000
    assert budget["spend"].min() >= 300
    assert budget["gain"].sum() >= budget["gain_by_sales"].sum() - 0.01
    potential = pd.read_csv(made / "potential.csv")
    won = (potential["potential"] - potential["baseline"]).groupby(potential["region"]).sum()
    assert budget.set_index("region")["winnable"].to_dict() == pytest.approx(won.to_dict(), abs=0.05)


def test_a_budget_of_decimals_is_spent_to_the_last_step():
    """By hand: two regions alike get 0.5 each of 1 in steps of 0.1, which wins 100 · 0.5 / (0.5 + 50) in each."""
    accounts = pd.DataFrame({"region": ["N", "S"], "baseline": [1000.0] * 2, "potential": [1100.0] * 2})
    made = MadeResources()
    _add_budget(made, Budget(amount=1.0, step=0.1, half_spend=0.05, margin=0.5), accounts)
    budget = made.tables["budget"]
    assert budget["spend"].tolist() == pytest.approx([0.5, 0.5])
    assert budget["gain"].tolist() == pytest.approx([50 / 50.5] * 2)
    assert budget["return"].tolist() == pytest.approx([0.5 * 50 / 50.5 / 0.5] * 2)


def test_what_of_a_budget_would_pay_for_itself_is_told():
    """By hand: steps of 100 win 500, 167 and 83; a fifth of the first alone is worth more than it costs."""
    accounts = pd.DataFrame({"region": ["N"], "baseline": [10000.0], "potential": [11000.0]})
    made = MadeResources()
    _add_budget(made, Budget(amount=300.0, step=100.0, half_spend=0.01, margin=0.21), accounts)
    assert "Only 100 of it would bring back what it costs" in made.notes["budget"][-1]
    _add_budget(made, Budget(amount=200.0, step=100.0, half_spend=0.01, margin=1.0), accounts)
    assert not any("would bring back" in note for note in made.notes["budget"])


def test_rep_time_is_moved_within_regions_and_limits(made):
    times = pd.read_csv(made / "rep_time.csv", dtype={"area_id": str})
    potential = pd.read_csv(made / "potential.csv")
    assert times["hours"].sum() == pytest.approx(potential["workload_hours"].sum(), abs=0.05)
    sums = times.groupby(["region", "segment"])[["hours", "suggested_hours"]].sum()
    assert (sums["suggested_hours"] / sums["hours"]).between(0.8, 1.2).all()
    by_region = sums.groupby("region").sum()
    assert by_region["suggested_hours"].tolist() == pytest.approx(by_region["hours"].tolist(), abs=0.05)


def test_a_region_far_under_its_target_heads_the_list(made):
    risks = pd.read_csv(made / "risks.csv", dtype=str)
    first = risks.iloc[0]
    assert (first["kind"], first["region"]) == ("under_target", "South")
    assert "target of 1,000,000" in first["reason"]
    assert float(first["probability"]) > 0.99
    assert risks["kind"].value_counts().drop("under_target").max() <= 5


def test_the_same_scenario_gives_the_same_bytes(made):
    scenario = made.parent / "scenario.yaml"
    assert run(scenario, made.parent / "again") == 0
    for name in sorted(FILES):
        assert (made / name).read_bytes() == (made.parent / "again" / name).read_bytes()


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (
            "resources: {stock: {warehouses: {A: [North], B: [North]}}}",
            'scenario.yaml:45:50 resources.stock.warehouses.B[1]: region "North" is served by "A" already',
        ),
        (
            "resources: {stock: {warehouses: {A: [Nort]}}}",
            'resources.stock.warehouses.A[1]: there is no region "Nort"; did you mean "North"?',
        ),
        ("resources: {stock: {service_level: 95}}", "resources.stock.service_level"),
        (
            "resources: {budget: {amount: 100, step: 200}}",
            "resources.budget.step: got 200, which makes 0.5 steps of 100; expected 1 to 1000",
        ),
        (
            "resources: {budget: {amount: 100, step: 1, least_share: 0.6}}",
            "resources.budget.least_share: got 0.6 for each of 2 regions, more than there is; expected at most 0.5",
        ),
        (
            "resources: {budget: {amount: 100, step: 1, most_share: 0.4}}",
            "2 regions cannot take all of the amount; expected at least 0.5, or spend_all: false",
        ),
        ("resources: {risks: {targets: {Sout: 5}}}", 'there is no region "Sout"; did you mean "South"?'),
        ("resources: {risk: {}}", 'did you mean "risks"?'),
        (
            "resources: {stock: {unit_prices: {toolz: 5}}}",
            'resources.stock.unit_prices.toolz: there is no category "toolz"; did you mean "tools"?',
        ),
        ("outputs: {erp: true}", "outputs.erp: needs resources.stock; `stock: {}` takes its defaults"),
    ],
)
def test_faults_say_where_and_what_to_write(tmp_path, capsys, more, told):
    assert told in faults(tmp_path, capsys, more)
