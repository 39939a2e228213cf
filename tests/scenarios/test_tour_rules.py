"""Test that what a scenario says about a rep's week reaches the tours, and that what cannot be meant is told."""

import datetime as dt

import pandas as pd
import pytest

from optimizer.solving import Effort, SolverSettings
from optimizer.tours.objective import visit_days
from optimizer.tours.search import plan_tours
from optimizer.tours.verify import verify_result
from scenarios.assemble_tours import assemble_tours
from scenarios.checking import check_data
from scenarios.faults import ScenarioError
from scenarios.loading import load_scenario
from scenarios.planner_checks import check_planner_rules
from scenarios.tables import read_tables
from scenarios.tour_dates import first_monday
from scenarios.travel import travel_model
from scenarios.workload import visit_rules
from tests.builders import tiny_case

QUICK = SolverSettings(effort=Effort.QUICK, workers=1)
MOST = 12
"""Accounts of the rep, so that plans are quick."""


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """A scenario file."""
    return tiny_case(tmp_path_factory.mktemp("case"))


def read(case, *sets):
    """Scenario and checked data."""
    loaded = load_scenario(case, sets=sets)
    return loaded, check_data(read_tables(loaded), loaded.scenario)


def problem(case, *sets, last_visit=None):
    """The tours of the first rep, who has the first accounts."""
    loaded, data = read(case, *sets)
    if last_visit is not None:
        data.accounts["last_visit"] = pd.Timestamp(last_visit)
    rules = visit_rules(data.accounts, loaded.scenario)
    reps = data.reps["rep_id"].tolist()
    owners = [reps[0] if number < MOST else reps[1] for number in range(len(data.accounts))]
    return assemble_tours(data, owners, rules, travel_model(loaded.scenario.travel), loaded.scenario)[0]


def day_of(case, number) -> dt.date:
    """A date of the cycle by its number."""
    return first_monday(load_scenario(case).scenario) + dt.timedelta(days=number)


def test_an_appointment_has_its_day_and_minute(case):
    """Agreed for the second Wednesday at 07:10, before anybody opens: the visit begins then."""
    account = problem(case).visits[0].account_id
    date = day_of(case, 9)
    line = f'tours.appointments=[{{account: "{account}", date: {date}, time: "09:10"}}]'
    instance = problem(case, line)
    result = plan_tours(instance, QUICK)
    assert verify_result(instance, result) == ()
    begins = [
        stop.start
        for tour in result.plan.tours
        for stop in tour.stops
        if stop.account == 0 and instance.days[tour.day].date == str(date)
    ]
    assert begins == [9 * 60 + 10]


@pytest.mark.parametrize("whole_week", ["false", "true"])
def test_a_chosen_day_or_week_is_kept(case, whole_week):
    """One of the visits is on the day, or in its week."""
    account = problem(case).visits[1].account_id
    date = day_of(case, 3)
    line = f'tours.appointments=[{{account: "{account}", date: {date}, whole_week: {whole_week}}}]'
    instance = problem(case, line)
    result = plan_tours(instance, QUICK)
    assert verify_result(instance, result) == ()
    dates = [instance.days[d].date for d in visit_days(instance, result.plan)[1]]
    assert any(dt.date.fromisoformat(d) - date in {dt.timedelta(days=n) for n in range(-3, 4)} for d in dates)
    assert whole_week == "true" or str(date) in dates


def test_an_appointment_on_a_day_off_is_told(case):
    """The account is listed with the true reason."""
    loaded, data = read(case)
    account, rep = problem(case).visits[0].account_id, data.reps["rep_id"].iloc[0]
    date = day_of(case, 3)
    instance = problem(
        case,
        f'tours.appointments=[{{account: "{account}", date: {date}}}]',
        f'tours.days_off=[{{rep: "{rep}", start: {date}}}]',
    )
    assert str(date) not in {day.date for day in instance.days}
    missed = {m.account: m.reason for m in plan_tours(instance, QUICK).missed}
    assert missed[0] == f"agreed for {date}, when {rep} does not work or it is closed"
    assert loaded.scenario.tours.days_off == ()


def test_days_off_are_those_of_one_rep(case):
    """From Tuesday to Thursday of the first week."""
    _, data = read(case)
    rep = data.reps["rep_id"].iloc[0]
    off = f'tours.days_off=[{{rep: "{rep}", start: {day_of(case, 1)}, end: {day_of(case, 3)}}}]'
    dates = {day.date for day in problem(case).days} - {day.date for day in problem(case, off).days}
    assert dates <= {str(day_of(case, n)) for n in (1, 2, 3)}
    assert dates


def test_intervals_go_on_across_the_cycle(case):
    """Everybody seen three days before it: the next visit is an interval later, a quarter or two days more or less."""
    instance = problem(case, last_visit=day_of(case, -3))
    weeks = len({day.week for day in instance.days})
    for rule in instance.visits:
        interval = 7 * weeks / rule.frequency
        gaps = [instance.days[p[0]].day + 3 for p in rule.patterns if len(p) == rule.frequency]
        assert min(gaps) >= interval - max(2, interval / 4)


def test_loads_and_prices_reach_the_problem(case):
    """Van load, load of a visit, price of weekdays, spacing of a segment."""
    segment = next(iter(load_scenario(case).scenario.segments))
    instance = problem(case, "tours.van_load=40", f"segments.{segment}.load=3", "tours.same_weekday_price=9")
    assert (instance.van_load, instance.weekday_weight) == (40, 9)
    assert {rule.load for rule in instance.visits} <= {0, 3}


FAULTS = {
    "unknown_account": (
        ('tours.appointments=[{account: nobody, date: "2026-01-07"}]',),
        'tours.appointments[1].account: no account that is planned for is called "nobody"',
    ),
    "unknown_rep": (
        ('tours.days_off=[{rep: nobody, start: "2026-01-07"}]',),
        'tours.days_off[1].rep: no rep is called "nobody"',
    ),
    "absence_ends_before_it_begins": (
        ('tours.days_off=[{rep: nobody, start: "2026-01-07", end: "2026-01-06"}]',),
        "tours.days_off[1].end: got 2026-01-06, which is before the start 2026-01-07",
    ),
    "time_of_a_week": (
        ('tours.appointments=[{account: nobody, date: "2026-01-07", time: "09:00", whole_week: true}]',),
        "tours.appointments[1].time: a time needs its day; leave out whole_week or time",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_lines_that_cannot_be_meant_are_told(case, name):
    """Each with its place."""
    sets, told = FAULTS[name]
    with pytest.raises(ScenarioError) as caught:
        check_planner_rules(*read(case, *sets))
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("min_days_between", 40, "days apart on average"),
        ("max_days_between", 1, "days apart on average"),
        ("load", 7, "got 7, but the van holds 5 (tours.van_load)"),
    ],
)
def test_segments_that_cannot_hold_are_told(case, key, value, told):
    """Before any table is read."""
    segment = next(iter(load_scenario(case).scenario.segments))
    with pytest.raises(ScenarioError) as caught:
        load_scenario(case, sets=["tours.van_load=5", f"segments.{segment}.{key}={value}"])
    assert f"segments.{segment}.{key}" in str(caught.value)
    assert told in str(caught.value)
