"""Nights away join two days at a place: verified apart, planned as brute force would, and no bound is above."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.progress import Silent
from optimizer.solving import Effort, InvalidInstanceError, SolverSettings, StopReason
from optimizer.tours.annealing import cost_of, measure_all
from optimizer.tours.arrays import BACK, LATEST, LENGTH, TIMED, problem_of
from optimizer.tours.crossover import cross
from optimizer.tours.desk import HARD, IDLE_NIGHTS, empty_desk
from optimizer.tours.insertion import find_days
from optimizer.tours.moats import moat_bound
from optimizer.tours.objective import cost, nights_away, terms
from optimizer.tours.plan import TourPlan
from optimizer.tours.population import Rounds, search_population
from optimizer.tours.reasons import never_possible
from optimizer.tours.replan import News, replan
from optimizer.tours.restarts import search_tours
from optimizer.tours.schedule import schedule_day
from optimizer.tours.search import plan_tours
from optimizer.tours.verify import OWNED_RULES, verify, verify_result
from optimizer.tours.warmstart import tours_of
from tests.optimizer.tours.builders import random_instance, tour_instance, visit_rule, working_days
from tests.optimizer.tours.oracles import best_cost

QUICK = SolverSettings(effort=Effort.QUICK, workers=1)
DAYS = tuple(replace(day, night_away=day.weekday < 2) for day in working_days(per_week=3))
INN, OFFICE = 1, 2


def far_pair(**more):
    """Two accounts three hours from home and 10 minutes from an inn; an office 20 minutes from home."""
    rules = [visit_rule(DAYS, account_id=name, service=120, must=True) for name in "AB"]
    made = tour_instance(DAYS, rules, [(180, 5), (180, -5)], nights=[(180, 0)], elsewhere=[(-20, 0)], **more)
    return replace(made, night_from_minutes=60)


def tours(instance, *ends):
    """One account a day, each day with the ends given."""
    return TourPlan(tours=tuple(schedule_day(instance, d, [d], pair) for d, pair in enumerate(ends)))


def rules_broken(instance, plan):
    return [(v.rule, v.amount) for v in verify(instance, plan)]


def test_a_night_between_two_days_breaks_nothing():
    """Out on Monday, back on Tuesday."""
    assert rules_broken(far_pair(), tours(far_pair(), (0, INN), (INN, 0))) == []


@pytest.mark.parametrize(
    ("change", "ends", "expected"),
    [
        ({}, ((0, INN), (0, 0)), [("days_begin_where_the_rep_is", 1.0)]),
        ({}, ((0, 0), (INN, 0)), [("days_begin_where_the_rep_is", 1.0)]),
        ({}, ((0, INN), (INN, INN)), [("nights_join_two_days", 1.0)]),
        ({}, ((0, 0), (0, OFFICE)), [("days_end_where_they_should", 1.0)]),
        ({"days": tuple(replace(day, night_away=False) for day in DAYS)}, ((0, INN), (INN, 0)),
         [("nights_are_allowed", 1.0)]),
        ({"days": (DAYS[0], replace(DAYS[1], day=2), replace(DAYS[2], day=3))}, ((0, INN), (INN, 0)),
         [("nights_join_two_days", 1.0)]),
        ({"days": (replace(DAYS[0], start_place=OFFICE), *DAYS[1:])}, ((0, INN), (INN, 0)),
         [("days_begin_where_the_rep_is", 1.0)]),
        ({"days": (replace(DAYS[0], start_place=OFFICE), *DAYS[1:])}, ((OFFICE, INN), (INN, 0)), []),
    ],
)  # fmt: skip
def test_each_broken_rule_is_named(change, ends, expected):
    """One thing is wrong with where the days begin or end."""
    instance = far_pair()
    assert rules_broken(replace(instance, **change), tours(instance, *ends)) == expected


def test_an_inn_too_near_to_home_is_seen():
    """180 minutes from home: allowed from 180 on, not from 181; an instance that offers such an inn is invalid."""
    instance = far_pair()
    plan = tours(instance, (0, INN), (INN, 0))
    assert rules_broken(replace(instance, night_from_minutes=180), plan) == []
    with pytest.raises(InvalidInstanceError, match="nearer to home"):
        replace(instance, night_from_minutes=181)
    object.__setattr__(instance, "night_from_minutes", 187)
    assert rules_broken(instance, plan) == [("nights_are_allowed", 7.0)]


def test_a_night_saves_the_way_home_when_it_is_worth_its_price():
    """One way out and back and 10 minutes around the inn: 372 against 724 minutes, so any price below 352 pays."""
    for price, nights in ((30, {0: INN}), (351, {0: INN}), (353, {})):
        instance = far_pair(night_weight=price)
        found, _ = search_tours(problem_of(instance), QUICK, np.inf, Silent())
        result = plan_tours(instance, QUICK)
        assert list(nights_away(instance, result.plan).values()) == list(nights.values())
        assert result.stopped_by is StopReason.PROVEN
        assert {t.name: t.value for t in result.terms}["nights away"] == len(nights)
        assert bool(nights) == bool((found.place[:, 0] != 0).any())  # the kernel finds it without the exact model


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), nights=st.integers(0, 2), elsewhere=st.booleans(), lunch=st.sampled_from([0, 45]))
def test_tiny_cycles_with_nights_are_optimal(seed, nights, elsewhere, lunch):
    """Four accounts on three days: proven, what brute force finds over all nights, and no bound is above it."""
    instance = random_instance(
        seed, accounts=4, per_week=3, lunch=lunch, longest_service=200, spread=150, must_share=0.6, nights=nights,
        elsewhere=elsewhere, extras=seed % 2 == 0,
    )  # fmt: skip
    result = plan_tours(instance, QUICK)
    assert result.stopped_by == StopReason.PROVEN
    assert result.objective == best_cost(instance) == result.bound
    assert moat_bound(instance) <= result.objective + 1e-6


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    accounts=st.integers(9, 25),
    weeks=st.sampled_from([1, 2]),
    lunch=st.sampled_from([0, 45]),
    level_weight=st.sampled_from([0, 1]),
    elsewhere=st.booleans(),
)
def test_random_cycles_keep_every_rule(seed, accounts, weeks, lunch, level_weight, elsewhere):  # noqa: PLR0917
    """The verifier finds nothing, the bound is below, and the kernel's price of the plan is that of its terms."""
    instance = random_instance(
        seed, accounts=accounts, weeks=weeks, overtime=60, lunch=lunch, spread=150, level_weight=level_weight,
        nights=2, elsewhere=elsewhere, extras=True,
    )  # fmt: skip
    result = plan_tours(instance, QUICK)
    assert verify_result(instance, result) == ()
    assert result.bound <= result.objective + 1e-6
    assert result.objective == pytest.approx(cost(instance, result.plan))
    assert result == plan_tours(instance, QUICK)
    if not instance.level_weight:  # the kernel only estimates working times
        problem = problem_of(instance)
        state, desk = tours_of(problem, result.plan), empty_desk(problem, 1, prices=(0.0, HARD, HARD))
        measure_all(problem, state, desk)
        assert cost_of(problem, state, desk) == pytest.approx(result.objective)
        assert desk.excess[IDLE_NIGHTS] == 0


def test_days_that_begin_and_end_elsewhere_are_driven_so():
    """Monday from the office, Tuesday to the office: the legs are theirs, and nobody drives there without visits."""
    days = (replace(DAYS[0], start_place=1), replace(DAYS[1], end_place=1), DAYS[2])
    rules = [visit_rule(days, account_id=name, patterns=((d,),)) for d, name in enumerate("AB")]
    instance = tour_instance(days, rules, [(30, 0), (30, 0)], elsewhere=[(50, 0)])
    result = plan_tours(instance, QUICK)
    assert [
        (t.start_place, t.end_place, t.stops[0].drive_minutes, t.home_drive_minutes) for t in result.plan.tours
    ] == [
        (1, 0, 20, 30),
        (0, 1, 30, 20),
    ]
    assert result.objective == 100


def test_accounts_out_of_a_days_reach_need_a_night():
    """Five hours each way: never possible from home, possible with an inn beside it."""
    rule = visit_rule(DAYS, service=60, must=True)
    alone = tour_instance(DAYS, [rule], [(300, 0)])
    assert never_possible(alone, 0, wanted=1).startswith("too far: 10 h there and back + 60 min")
    other = visit_rule(DAYS, account_id="B", service=60, must=True)
    with_inn = tour_instance(DAYS, [rule, other], [(300, 0), (300, 3)], nights=[(300, 0)])
    assert never_possible(with_inn, 0, wanted=1) == ""
    result = plan_tours(with_inn, QUICK)
    assert result.missed == ()
    assert len(nights_away(with_inn, result.plan)) == 1
    too_far = tour_instance(DAYS, [rule, other], [(900, 0), (300, 3)], nights=[(300, 0)])
    assert "there and back with nights away" in never_possible(too_far, 0, wanted=1)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_children_have_the_nights_of_one_parent_and_end_in_time(seed):
    """Ends of days that meet, and nobody is later than allowed."""
    problem = problem_of(random_instance(seed, accounts=15, weeks=1, spread=150, nights=2, must_share=0.7))
    if not problem.rules[TIMED]:
        return
    one, other = (search_population(problem, Rounds(total=3_000), s) for s in (1, 2))
    child = cross(problem, one, other, empty_desk(problem, 1, prices=(HARD, HARD, HARD)), np.random.default_rng(seed))
    ends = [row[n + 1] for row, n in zip(child.place, child.sums[:, LENGTH], strict=True)]
    assert ends == [row[n + 1] for row, n in zip(one.place, one.sums[:, LENGTH], strict=True)]
    assert child.place[:, 0].tolist() == one.place[:, 0].tolist()
    used = child.sums[:, LENGTH] > 0
    assert (child.sums[used, BACK] <= problem.slots[used, LATEST]).all()


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), first=st.integers(1, 9))
def test_replanning_goes_on_from_where_the_rep_is(seed, first):
    """After any first days, with one day off and a cancelled account, days still begin where the one before ended."""
    instance = random_instance(seed, accounts=14, weeks=2, spread=150, nights=2, must_share=0.7, frequencies=(1, 2))
    plan = plan_tours(instance, QUICK).plan
    rng = np.random.default_rng(seed)
    off = frozenset({min(9, first + int(rng.integers(0, 3)))} - {first})
    news = News(first_day=first, off=off, cancelled=frozenset({int(rng.integers(14))}))
    result = replan(instance, plan, news, change_weight=15, seed=1)
    lost = {"nights_join_two_days"} if any(t.day == first - 1 for t in plan.tours) else set()
    assert {v.rule for v in verify(result.instance, result.plan)} <= set(OWNED_RULES) | lost
    assert not {t.day for t in result.plan.tours} & off


def test_days_found_for_one_more_visit_begin_at_the_inn():
    """Beside the inn on Tuesday morning: 2 minutes more, and the day still begins there."""
    rules = [visit_rule(DAYS, account_id=name, service=60) for name in "ABC"]
    instance = tour_instance(DAYS, rules, [(180, 5), (180, -5), (180, 0)], nights=[(180, 0)])
    plan = tours(replace(instance, visits=instance.visits), (0, INN), (INN, 0))
    cheapest = find_days(instance, plan, 2)[0]
    assert cheapest.extra_drive_minutes == 0
    assert (cheapest.tour.start_place, cheapest.tour.end_place) in {(0, INN), (INN, 0)}
    assert [t.name for t in terms(instance, plan)].count("nights away") == 1
