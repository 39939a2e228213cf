"""Test plans of whole cycles against the verifier, brute force and each other."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.solving import Effort, SolverSettings, Status, StopReason
from optimizer.tours.objective import cost
from optimizer.tours.search import plan_all_tours, plan_tours
from optimizer.tours.verify import verify, verify_result
from tests.optimizer.tours.builders import random_instance, tour_instance, visit_rule, working_days
from tests.optimizer.tours.oracles import best_cost

QUICK = SolverSettings(effort=Effort.QUICK, workers=1)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    accounts=st.integers(0, 25),
    weeks=st.sampled_from([1, 2, 4]),
    overtime=st.sampled_from([0, 60]),
    lunch=st.sampled_from([0, 45]),
    week_minutes=st.sampled_from([900, 2_400]),
    level_weight=st.sampled_from([0, 1]),
    extras=st.booleans(),
)
def test_random_cycles_keep_every_rule(  # noqa: PLR0917 -- drawn values
    seed, accounts, weeks, overtime, lunch, week_minutes, level_weight, extras
):
    """The verifier finds nothing, every missed visit is listed with a reason, and no plan undercuts the bound."""
    instance = random_instance(
        seed,
        accounts=accounts,
        weeks=weeks,
        overtime=overtime,
        lunch=lunch,
        frequencies=(1, 2, weeks),
        week_minutes=week_minutes,
        level_weight=level_weight,
        extras=extras,
    )
    result = plan_tours(instance, QUICK)
    assert verify_result(instance, result) == ()
    assert (result.status in (Status.OPTIMAL, Status.FEASIBLE)) == (not result.violations)
    assert result.bound <= result.objective + 1e-6
    assert result.objective == pytest.approx(cost(instance, result.plan))


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    overtime=st.sampled_from([0, 30]),
    lunch=st.sampled_from([0, 45]),
    extras=st.booleans(),
)
def test_tiny_cycles_are_optimal(seed, overtime, lunch, extras):
    """Four accounts on three days: the plan is proven and costs what brute force finds."""
    instance = random_instance(
        seed, accounts=4, per_week=3, overtime=overtime, lunch=lunch, longest_service=200, extras=extras
    )
    result = plan_tours(instance, QUICK)
    assert result.stopped_by == StopReason.PROVEN
    assert result.objective == best_cost(instance) == result.bound


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_loosening_never_hurts_at_the_optimum(seed):
    """More overtime, a longer week or a cheaper visit never make the proven optimum dearer."""
    instance = random_instance(seed, accounts=5, per_week=3, longest_service=200, week_minutes=900)
    base = plan_tours(instance, QUICK)
    later = tuple(replace(day, overtime_minutes=60) for day in instance.days)
    shorter = tuple(replace(rule, service_minutes=rule.service_minutes // 2) for rule in instance.visits)
    for looser in (
        replace(instance, days=later),
        replace(instance, week_minutes=1_800),
        replace(instance, visits=shorter),
    ):
        result = plan_tours(looser, QUICK)
        assert base.stopped_by == result.stopped_by == StopReason.PROVEN
        assert result.objective <= base.objective + 1e-6


def test_same_seed_same_plan_for_any_number_of_workers():
    """Order and content of the results do not depend on the processes."""
    instances = [random_instance(seed, accounts=12, weeks=2) for seed in range(5)]
    alone = plan_all_tours(instances, QUICK)
    shared = plan_all_tours(instances, replace(QUICK, workers=2))
    assert alone == shared
    assert [result.rep_id for result in alone] == ["R1"] * 5


def test_no_time_is_said():
    """Without time the plan still keeps every rule and says why it is poor."""
    instance = random_instance(3, accounts=30, weeks=4)
    result = plan_tours(instance, replace(QUICK, seconds=0.0))
    assert result.stopped_by == StopReason.OUT_OF_TIME
    assert verify_result(instance, result) == ()


def test_rep_without_accounts_stays_at_home():
    """No accounts: an empty plan, proven optimal."""
    result = plan_tours(tour_instance(working_days(), [], []), QUICK)
    assert (result.plan.tours, result.missed, result.status) == ((), (), Status.OPTIMAL)


def test_rep_without_days_misses_everything():
    """No working day: every account is listed."""
    instance = tour_instance((), [visit_rule((), patterns=())], [(10, 0)])
    result = plan_tours(instance, QUICK)
    assert [m.reason for m in result.missed] == ["the rep has no working day in the cycle"]


def test_impossible_must_is_infeasible():
    """A must that is closed all week: no plan keeps every rule, and the rest is still planned."""
    days = working_days()
    rules = [visit_rule(days, closed_weekdays=range(5), must=True), visit_rule(days, account_id="B")]
    result = plan_tours(tour_instance(days, rules, [(10, 0), (20, 0)]), QUICK)
    assert result.status == Status.INFEASIBLE
    assert [(v.rule, v.subject, v.amount) for v in result.violations] == [("musts_are_visited", "A", 1.0)]
    assert len(result.plan.tours) == 1


def test_weekly_accounts_share_a_weekday():
    """Two neighbours with weekly visits are visited on the same days."""
    days = working_days(weeks=4)
    rules = [visit_rule(days, account_id=name, frequency=4) for name in "AB"]
    result = plan_tours(tour_instance(days, rules, [(60, 0), (62, 0)]), QUICK)
    assert [len(tour.stops) for tour in result.plan.tours] == [2, 2, 2, 2]
    assert verify(tour_instance(days, rules, [(60, 0), (62, 0)]), result.plan) == ()


def test_dear_levelling_does_not_empty_the_plan():
    """Four accounts, four weeks, uneven minutes at 50 each: one account a week, though one alone is uneven."""
    days = working_days(weeks=4)
    rules = [visit_rule(days, account_id=name, value=400) for name in "ABCD"]
    instance = tour_instance(days, rules, [(60, 0)] * 4, level_weight=50)
    result = plan_tours(instance, QUICK)
    assert sorted(instance.days[tour.day].week for tour in result.plan.tours) == [0, 1, 2, 3]
    assert result.missed == ()


@pytest.mark.parametrize(("price", "days"), [(0, 1), (10, 2)])
def test_days_are_levelled_at_a_price(price, days):
    """Two visits of two hours, 30 minutes away: together on a day, or one each where long days are dear."""
    week = working_days(per_week=2)
    rules = [visit_rule(week, account_id=name, service=120, must=True) for name in "AB"]
    instance = replace(tour_instance(week, rules, [(30, 0)] * 2), level_days_weight=price)
    result = plan_tours(instance, QUICK)
    assert len(result.plan.tours) == days
    assert result.objective == result.bound == 60 * days
    assert {t.name: t.value for t in result.terms}.get("level days", 0) == 0


def test_a_plan_in_force_is_kept_at_a_price():
    """Tuesday as before although Monday passes by: a change costs more than the ten minutes that it saves."""
    week = working_days(per_week=2)
    rules = [visit_rule(week, account_id="A", patterns=((0,),)), replace(visit_rule(week), last_days=(1,))]
    instance = tour_instance(week, rules, [(30, 0), (5, 0)])
    for price, kept in ((11, True), (9, False)):
        result = plan_tours(replace(instance, change_weight=price), QUICK)
        assert (len(result.plan.tours) == 2) == kept
