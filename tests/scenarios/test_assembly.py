"""From checked data to the problems that solvers get, on the tiny firm."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from optimizer.territory.instance import NO_LIMIT
from scenarios.assemble_forecast import assemble_calendar, assemble_history, shares_by_region
from scenarios.assemble_territories import assemble_territories
from scenarios.assemble_tours import assemble_tours, first_monday
from scenarios.checking import check_data
from scenarios.faults import ScenarioError
from scenarios.loading import load_scenario
from scenarios.tables import read_tables
from scenarios.travel import travel_model
from scenarios.workload import estimate_workload, visit_rules
from tests.builders import tiny_case


@pytest.fixture(scope="module")
def scenario_file(tmp_path_factory) -> Path:
    return tiny_case(tmp_path_factory.mktemp("tiny"))


def assembled(path: Path, *sets: str):
    """Give the scenario, its data, its visit rules and its territory problem; potential is one unit per account."""
    loaded = load_scenario(path, sets=sets)
    data = check_data(read_tables(loaded), loaded.scenario)
    rules = visit_rules(data.accounts, loaded.scenario)
    potential = pd.DataFrame(
        {
            "potential": np.full(len(data.accounts), 100.0),
            "workload_hours": estimate_workload(data.accounts, data.reps, rules, loaded.scenario),
        }
    )
    problem = assemble_territories(data, potential, rules, travel_model(loaded.scenario.travel), loaded)
    return loaded, data, rules, potential, problem.instance


def test_amounts_of_areas_are_the_sums_of_their_accounts(scenario_file):
    """Nothing is lost between accounts and areas, but for rounding to whole units."""
    _, data, _, potential, instance = assembled(scenario_file)
    measures = {measure.name: measure for measure in instance.measures}
    potential_measure = measures["potential"]
    assert potential_measure.amounts.sum() == 100 * len(data.accounts) * potential_measure.scale
    minutes = potential["workload_hours"].sum() * 60
    assert abs(measures["workload"].amounts.sum() - minutes) <= len(data.areas)


def test_targets_follow_hours_and_add_up(scenario_file):
    """A part-time rep gets his share; all targets make the whole."""
    _, data, _, _, instance = assembled(scenario_file, "territories.within=none")
    measure = instance.measures[0]
    hours = data.reps["hours_per_week"].to_numpy()
    assert measure.targets == pytest.approx(measure.amounts.sum() * hours / hours.sum(), abs=1.0)
    assert (measure.lower <= measure.targets).all()
    assert (measure.targets <= measure.upper).all()


def test_within_region_shares_targets_inside_each_region(scenario_file):
    """A rep may serve one region only, and its reps share its total."""
    _, data, _, _, instance = assembled(scenario_file, "territories.within=region")
    measure = instance.measures[0]
    for group in np.unique(instance.rep_group):
        total = measure.amounts[instance.area_group == group].sum()
        assert measure.targets[instance.rep_group == group].sum() == pytest.approx(total, abs=2.0)
    assert set(data.areas["region"]) == set(data.reps["region"])


def test_each_rep_is_rooted_in_an_area_of_his_own(scenario_file):
    """Homes are all different and in the rep's region."""
    _, data, _, _, instance = assembled(scenario_file, "territories.within=region")
    assert len(set(instance.home_areas.tolist())) == instance.n_reps
    assert (data.areas["region"].to_numpy()[instance.home_areas] == data.reps["region"].to_numpy()).all()


def test_locks_are_found_by_id_and_by_name(scenario_file):
    """The planner may write either."""
    loaded, data, *_ = assembled(scenario_file)
    area, rep = data.areas.iloc[0], data.reps["rep_id"].iloc[0]
    for written in (area["area_id"], area["name"]):
        lock = f'territories.locks=[{{area: "{written}", rep: "{rep}"}}]'
        *_, instance = assembled(scenario_file, lock)
        assert instance.locks.tolist() == [[0, 0]]
    assert loaded.scenario.territories.locks == ()


def test_limits_that_are_not_set_do_not_bind(scenario_file):
    """No disruption cap, no longest drive."""
    *_, instance = assembled(scenario_file)
    assert instance.max_drive_minutes == NO_LIMIT
    assert instance.moved_limit == NO_LIMIT


def test_disruption_of_one_makes_moving_everything_as_dear_as_the_least_travel(scenario_file):
    """The weight is relative, so that it means the same for every firm."""
    *_, instance = assembled(scenario_file, "territories.disruption.price=1.0")
    moving_all = instance.move_weight * instance.moved_amount[instance.current_rep >= 0].sum()
    assert moving_all == pytest.approx(instance.travel_cost.min(axis=1).sum())


def test_a_region_without_rep_is_a_fault_of_the_rule(scenario_file, tmp_path):
    """It is told where `within` is written."""
    folder = tmp_path / "case"
    folder.mkdir()
    path = tiny_case(folder)
    reps = pd.read_csv(folder / "reps.csv", dtype=str)
    one_region = reps[reps["region"] == reps["region"].iloc[0]]
    one_region.to_csv(folder / "reps.csv", index=False)
    with pytest.raises(ScenarioError, match=r"territories.within: no rep lives in"):
        assembled(path, "territories.within=region")


def test_workload_is_at_least_the_service(scenario_file):
    """Visits × service, and driving on top."""
    _, _, rules, potential, _ = assembled(scenario_file)
    service = rules["visits"] * rules["service_minutes"] / 60
    hours = potential["workload_hours"].to_numpy()
    assert (hours >= service.to_numpy()).all()
    assert (hours[rules["visits"] == 0] == 0).all()


def test_own_numbers_of_an_account_come_before_its_segment(scenario_file):
    """Visits and service_minutes of the accounts table win."""
    loaded, data, *_ = assembled(scenario_file)
    accounts = data.accounts.copy()
    accounts.loc[accounts.index[0], ["visits", "service_minutes"]] = [3.0, 77.0]
    rule = visit_rules(accounts, loaded.scenario).iloc[0]
    assert (rule["visits"], rule["service_minutes"]) == (3, 77)


def test_history_is_the_checked_sales(scenario_file):
    """Sums agree, weeks are consecutive Mondays, and the calendar covers history and period."""
    loaded, data, *_ = assembled(scenario_file)
    history = assemble_history(data)
    assert np.nansum(history.sales) == pytest.approx(data.history["sales"].sum())
    assert (np.diff(history.weeks).astype(int) == 7).all()
    features = assemble_calendar(data, history, loaded.scenario).features
    last = features.index.get_level_values("week").max()
    assert pd.Timestamp(loaded.scenario.period.end) - pd.Timestamp(last) < pd.Timedelta(days=7)


def test_tours_take_every_visited_account_once(scenario_file):
    """Each account with visits is in the problem of its own rep, and of no other."""
    loaded, data, rules, *_ = assembled(scenario_file)
    reps = data.reps["rep_id"].tolist()
    owners = [reps[i % len(reps)] for i in range(len(data.accounts))]
    instances = assemble_tours(data, owners, rules, travel_model(loaded.scenario.travel), loaded.scenario)
    got = {rule.account_id: instance.rep_id for instance in instances for rule in instance.visits}
    visited = (rules["visits"] > 0).to_numpy()
    assert got == {a: o for a, o, v in zip(data.accounts["account_id"], owners, visited, strict=True) if v}


def test_closed_days_and_weekends_are_no_working_days(scenario_file):
    """Dates written as closed are left out; dates follow the first Monday."""
    loaded, data, rules, *_ = assembled(scenario_file)
    monday = first_monday(loaded.scenario)
    path = scenario_file
    closed, *_ = assembled(path, f'tours.closed=["{monday.isoformat()}"]')
    owners = [data.reps["rep_id"].iloc[0]] * len(data.accounts)
    usual, fewer = (
        assemble_tours(data, owners, rules, travel_model(one.scenario.travel), one.scenario)[0].days
        for one in (loaded, closed)
    )
    assert {day.date for day in usual} - {day.date for day in fewer} <= {monday.isoformat()}
    assert all(day.weekday < 5 for day in usual)
    assert monday.weekday() == 0


def test_parking_is_added_to_drives_that_end_at_an_account(scenario_file):
    """And not to the drive home."""
    loaded, data, rules, *_ = assembled(scenario_file, "travel.parking_minutes=0")
    parked, *_ = assembled(scenario_file, "travel.parking_minutes=7")
    owners = [data.reps["rep_id"].iloc[0]] * len(data.accounts)
    without, with_it = (
        assemble_tours(data, owners, rules, travel_model(one.scenario.travel), one.scenario)[0].drive_minutes
        for one in (loaded, parked)
    )
    added = with_it - without
    assert (added[:, 0] == 0).all()
    assert set(np.unique(added[:, 1:])) <= {0, 7}
    assert (added[0, 1:] == 7).all()


@pytest.mark.parametrize("factor", [1e-6, 1e-2, 1.0, 1e9])
def test_the_size_of_the_currency_does_not_matter(scenario_file, factor):
    """Shares of areas come out alike whether sales are told in millions or in cents."""
    loaded, data, rules, potential, usual = assembled(scenario_file)
    uneven = potential.assign(potential=np.arange(len(potential)) + 1.0)
    other = assemble_territories(
        data,
        uneven.assign(potential=uneven["potential"] * factor),
        rules,
        travel_model(loaded.scenario.travel),
        loaded,
    ).instance
    one = assemble_territories(data, uneven, rules, travel_model(loaded.scenario.travel), loaded).instance
    shares = [m.amounts / m.amounts.sum() for i in (one, other) for m in i.measures if m.name == "potential"]
    assert shares[0] == pytest.approx(shares[1], abs=1e-6)
    assert usual.n_areas == other.n_areas


def test_targets_of_accounts_need_not_be_whole(scenario_file):
    """60 accounts over 7 equal shares: the deviation told is that from the true share."""
    *_, instance = assembled(scenario_file, "territories.balance={accounts: {tolerance: 0.5, share_by: equal}}")
    measure = instance.measures[0]
    assert measure.targets / measure.scale == pytest.approx(60 / instance.n_reps, abs=0.01)


def test_holidays_of_a_region_are_those_of_its_accounts_districts(scenario_file):
    """By the table of regions, else by the département of the district, its communes or post codes; elsewhere never."""
    _, data, *_ = assembled(scenario_file)
    count = len(data.accounts)
    north = data.accounts["region"] == "North"
    districts = np.where(np.arange(count) % 2 == 0, "67482", "51")
    accounts = data.accounts.assign(district=np.where(north, districts, "974"))
    own = dataclasses.replace(data, accounts=accounts)
    expected = float((districts[north] == "67482").mean())
    found = shares_by_region(own, "subdivision", "FR")
    assert found["North"] == {"": pytest.approx(1 - expected), "6AE": pytest.approx(expected)}
    assert found["South"] == {"974": 1.0}
    assert shares_by_region(own, "subdivision", "BE") == {"North": {"": 1.0}, "South": {"": 1.0}}
    columns = {"district": ["51", "974"], "region": ["North", "South"]}
    named = pd.DataFrame(columns | {"subdivision": ["57", ""], "school_zone": ["B", ""]})
    zones = shares_by_region(dataclasses.replace(own, regions=named), "school_zone", "FR")
    assert zones["North"] == {"": pytest.approx(expected), "B": pytest.approx(1 - expected)}
    parts = shares_by_region(dataclasses.replace(own, regions=named), "subdivision", "FR")
    assert parts == {
        "North": {"57": pytest.approx(1 - expected), "6AE": pytest.approx(expected)},
        "South": {"974": 1.0},
    }
