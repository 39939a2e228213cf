"""Weeks are judged by hand's sums, peers plan what the rules allow, and both commands go through a tiny firm."""

import datetime as dt
import json

import pandas as pd
import pytest

from benchmarks.peers_tours_week import greedy_week, on_order_weekdays, order_weekdays, timed
from benchmarks.tours import main
from benchmarks.tours_week_check import Call, DayPlan, RepWeek, Shop, WeekRules, check_rep, drive_minutes
from tests.builders import tiny_case
from tests.optimizer.tours.builders import tour_instance, visit_rule, working_days

RULES = WeekRules(
    monday=dt.date(2026, 1, 5),
    weeks=2,
    closed=frozenset({dt.date(2026, 1, 7)}),
    day_start=480,
    day_end=1080,
    overtime=0,
    lunch_minutes=45,
    lunch_from=705,
    lunch_until=810,
    parking=3,
    circuity=1.0,
    town_kmh=30.0,
    country_kmh=60.0,
)
DEGREE_KM = 111.195
"""A degree of latitude: 20 minutes for the first 10 km, 101 for the rest."""


def shop(*, north: float = 1.0, visits: int = 1, must: bool = False) -> Shop:
    """One shop a few degrees north of the rep's home, open from 8:00 to 18:00 on weekdays."""
    return Shop(
        account_id=f"S{north:g}", lon=0.0, lat=45.0 + north, visits=visits, service=60, must=must, value=50,
        opening=(((480, 1080),),) * 5 + ((), ()),
    )  # fmt: skip


def rep(*shops: Shop, hours: float = 40) -> RepWeek:
    """A rep at home on the 45th parallel who works from Monday to Friday."""
    weekdays = frozenset(range(5))
    return RepWeek(rep_id="R1", lon=0.0, lat=45.0, week_minutes=round(60 * hours), weekdays=weekdays, shops=shops)


def day(number: int, *, leave: int = 480, start: int = 604, lunch: int | None = 705, back: int = 871) -> DayPlan:
    """A day with one visit: 121 minutes of driving and 3 of parking, an hour there, lunch, and 121 minutes back."""
    return DayPlan(day=number, leave=leave, calls=(Call(shop=0, start=start),), lunch=lunch, back=back)


def test_drives_are_town_then_country():
    """10 km at 30 km/h and the rest at 60."""
    assert drive_minutes(RULES, 5.0) == 10
    assert drive_minutes(RULES, DEGREE_KM) == 20 + 101


def test_a_true_week_has_no_fault_and_is_summed():
    """One visit of two that are wanted: the other one's value is missed."""
    checked = check_rep(rep(shop(visits=2)), RULES, [day(0)])
    assert checked.faults == ()
    assert (checked.visits, checked.wanted, checked.value_missed, checked.musts_missed) == (1, 2, 50, 0)
    assert checked.drive_minutes == 242
    assert checked.drive_km == pytest.approx(2 * DEGREE_KM, rel=1e-4)


def test_musts_that_lack_visits_are_counted():
    """A must without its second visit."""
    assert check_rep(rep(shop(visits=2, must=True)), RULES, [day(0)]).musts_missed == 1


@pytest.mark.parametrize(
    ("plan", "fault"),
    [
        (day(2), "is no working day"),
        (day(5), "is no working day"),
        (day(0, leave=470), "outside the working day"),
        (day(0, back=1081), "outside the working day"),
        (day(0, start=603), "123 min before stop 1, 124 needed"),
        (day(0, back=829), "165 min before stop 2, 166 needed"),
        (day(0, lunch=640), "lunch overlaps a visit"),
        (day(0, lunch=811, back=980), "lunch at 811"),
        (day(0, lunch=None, back=830), "no lunch"),
        (day(0, start=1050, back=1080), "is closed from 1050 to 1110"),
    ],
)
def test_each_fault_of_a_day_is_named(plan, fault):
    """Calendar, working day, drives, break and opening hours are held against the rules."""
    assert any(fault in text for text in check_rep(rep(shop()), RULES, [plan]).faults)


def test_weeks_and_spacing_are_held_against_the_rules():
    """391 minutes less lunch a day; two visits on two days running are not a week apart."""
    two = [day(0), day(1)]
    assert check_rep(rep(shop(visits=2), hours=11), RULES, two).faults[0].startswith("R1: 32 min over the hours of")
    assert "are not even" in check_rep(rep(shop(visits=2)), RULES, two).faults[0]
    assert check_rep(rep(shop(visits=2)), RULES, two, even=False).faults == ()
    assert check_rep(rep(shop(visits=2)), RULES, [day(0), day(7)]).faults == ()
    assert "2 times, 1 wanted" in check_rep(rep(shop()), RULES, [day(0), day(7)]).faults[0]


def two_weeks(frequency=2, **changes):
    """A firm of six shops along a road, the farthest an hour from home, two visits each in two weeks unless told."""
    days = working_days(weeks=2)
    visits = [visit_rule(days, account_id=f"A{i}", frequency=frequency, **changes) for i in range(6)]
    return tour_instance(days, visits, [(10.0 * (i + 1), 0.0) for i in range(6)])


def test_days_of_peers_keep_the_clock():
    """Lunch goes where the day ends soonest; a day that cannot be driven has no plan."""
    instance = two_weeks(service=120)
    plan = timed(instance, 0, [0, 1, 2])
    assert plan is not None
    assert [call.start for call in plan.calls] == [490, 620, 795]
    assert (plan.lunch, plan.back) == (740, 945)
    assert timed(instance, 0, [0, 1, 2, 3, 4]) is None


def test_greedy_weeks_serve_every_shop():
    """There is time for all twelve visits, so all are made, each on two days a week apart."""
    pytest.importorskip("pyvrp")
    plans = greedy_week(two_weeks(), 0.2, 1)
    assert sum(len(plan.calls) for plan in plans) == 12
    assert len({plan.day for plan in plans}) == len(plans)


def test_weekdays_of_orders_bind_the_days(tmp_path):
    """The weekday with most orders of the last year; older quarters and the plan's own do not count."""
    rows = [("A0", 2025, 4, 3, 8), ("A0", 2025, 4, 1, 2), ("A0", 2024, 4, 5, 99), ("A0", 2026, 1, 5, 99)]
    columns = ["account_id", "year", "quarter", "weekday", "order_days"]
    pd.DataFrame(rows, columns=columns).to_csv(tmp_path / "orders.csv", index=False)
    weekdays = order_weekdays(tmp_path / "orders.csv", pd.Timestamp("2026-01-05"))
    assert weekdays == {"A0": [2, 0]}
    bound = on_order_weekdays(two_weeks(), weekdays)
    assert bound.visits[0].patterns == ((2, 7),)
    assert all(len(pattern) == 2 for pattern in bound.visits[1].patterns)
    assert all(rule.must for rule in bound.visits)
    assert on_order_weekdays(two_weeks(frequency=1), weekdays).visits[0].patterns == ((2,), (7,))


def test_rules_that_the_check_does_not_know_are_refused(tmp_path, capsys):
    """A week with public holidays would be called broken, or worse, not be called so."""
    assert main(["iowa", str(tiny_case(tmp_path))]) == 2
    assert "leave them out: tours.public_holidays" in capsys.readouterr().err


@pytest.mark.slow
def test_both_commands_go_through_a_tiny_firm(tmp_path, capsys):
    """Every row is found feasible by the check; two copies take twice the driving of one."""
    folder = tmp_path / "firm"
    folder.mkdir()
    words = [str(tiny_case(folder)), "--out", str(tmp_path / "out"), "--set", "tours.public_holidays=false", "--json"]
    assert main(["iowa", *words, "--workers", "1"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["instance"], row["solver"], row["feasible"], row["reps"]) == ("tiny", "engine", True, 4)
    assert 0 <= row["gap"] < 1
    assert main(["scale", *words, "--workers", "2", "--times", "1,2"]) == 0
    one, two = json.loads(capsys.readouterr().out)
    assert one["objective"] == row["objective"]
    assert (two["objective"], two["reps"]) == (2 * one["objective"], 8)
    assert one["worker_mb"] is None or one["worker_mb"] > 10
