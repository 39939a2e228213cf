"""Test that re-planning leaves what is done or promised as it is and makes up for what was lost."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.solving import Effort, SolverSettings
from optimizer.tours.objective import visit_days
from optimizer.tours.plan import TourPlan
from optimizer.tours.replan import URGENT_DAYS, News, replan
from optimizer.tours.schedule import schedule_day
from optimizer.tours.search import plan_tours
from optimizer.tours.verify import OWNED_RULES, verify
from tests.optimizer.tours.builders import random_instance, tour_instance, visit_rule, working_days

QUICK = SolverSettings(effort=Effort.QUICK, workers=1)
NOTHING = News(first_day=0)


def drawn_news(instance, plan, rng) -> News:
    """Some of everything that may come up, drawn at random."""
    first = int(rng.integers(1, len(instance.days)))
    visits = [(stop.account, tour.day) for tour in plan.tours for stop in tour.stops]
    past, ahead = [v for v in visits if v[1] < first], [v for v in visits if v[1] >= first]
    some = lambda rows, share: frozenset(row for row in rows if rng.random() < share)  # noqa: E731 -- said twice
    cancelled = frozenset(a for a in range(len(instance.visits)) if rng.random() < 0.1)
    off = some(range(first, len(instance.days)), 0.15)
    return News(
        first_day=first,
        not_done=some(past, 0.1),
        off=off,
        cancelled=cancelled,
        not_on=some(ahead, 0.1),
        urgent=tuple(a for a in range(len(instance.visits)) if a not in cancelled and rng.random() < 0.1),
        confirmed=frozenset(v for v in some(ahead, 0.2) if v[0] not in cancelled),
    )


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    accounts=st.integers(1, 20),
    overtime=st.sampled_from([0, 60]),
    lunch=st.sampled_from([0, 45]),
    extras=st.booleans(),
)
def test_what_is_done_or_promised_stays(seed, accounts, overtime, lunch, extras):
    """Days that are over and confirmed minutes are the same; the verifier finds nothing beside musts and promises."""
    instance = random_instance(
        seed, accounts=accounts, weeks=2, overtime=overtime, lunch=lunch, frequencies=(1, 2, 4), extras=extras
    )
    plan = plan_tours(instance, QUICK).plan
    news = drawn_news(instance, plan, np.random.default_rng(seed))
    result = replan(instance, plan, news, change_weight=15, seed=1)
    assert {v.rule for v in verify(result.instance, result.plan)} <= set(OWNED_RULES)
    whole = [t for t in plan.tours if t.day < news.first_day]
    whole = [t for t in whole if not any((stop.account, t.day) in news.not_done for stop in t.stops)]
    assert [t for t in result.plan.tours if t in whole] == whole
    assert not {t.day for t in result.plan.tours} & news.off
    made = {(stop.account, tour.day): stop.start for tour in result.plan.tours for stop in tour.stops}
    planned = {(stop.account, tour.day): stop.start for tour in plan.tours for stop in tour.stops}
    gone = news.not_done | news.not_on
    assert not made.keys() & gone
    assert not [a for a, day in made if a in news.cancelled and day >= news.first_day]
    for visit in news.confirmed:
        if visit[1] not in news.off and visit not in gone:
            told = any(instance.visits[visit[0]].account_id in text for text in result.broken)
            assert made.get(visit) == planned[visit] or told
    told = {m.account: (m.planned, m.wanted) for m in result.missed}
    counts = [len(days) for days in visit_days(result.instance, result.plan)]
    for a, rule in enumerate(result.instance.visits):
        assert told.get(a) == ((counts[a], rule.frequency) if counts[a] < rule.frequency else None)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_without_news_nothing_changes(seed):
    """Where a change is dear and nothing came up, the plan stays to the minute."""
    instance = random_instance(seed, accounts=15, weeks=2)
    plan = plan_tours(instance, QUICK).plan
    assert replan(instance, plan, NOTHING, change_weight=1_000, seed=1).plan == plan


def test_visits_of_an_illness_are_made_up_for():
    """Ill on Monday: both weekly visits move to another day of the week, and no other day loses one."""
    days = working_days()
    rules = [visit_rule(days, account_id=name, must=True) for name in "AB"]
    instance = tour_instance(days, rules, [(20, 0), (22, 0)])
    plan = plan_tours(instance, QUICK).plan
    (tour,) = plan.tours
    result = replan(instance, plan, replace(NOTHING, off=frozenset({tour.day})), change_weight=15, seed=1)
    assert [len(t.stops) for t in result.plan.tours] == [2]
    assert result.plan.tours[0].day != tour.day
    assert result.broken == ()


def test_an_urgent_visit_comes_soon_and_on_top():
    """The account keeps its planned visit and gets one more among the next working days."""
    days = working_days(weeks=4)
    rules = [visit_rule(days, patterns=((15,),)), visit_rule(days, account_id="B", patterns=((3,),))]
    instance = tour_instance(days, rules, [(20, 0), (22, 0)])
    plan = plan_tours(instance, QUICK).plan
    result = replan(instance, plan, News(first_day=2, urgent=(0,)), change_weight=15, seed=1)
    early, planned = visit_days(result.instance, result.plan)[0]
    assert 2 <= early < 2 + URGENT_DAYS
    assert (early, planned) == (3, 15)


def test_a_visit_not_done_is_planned_again():
    """Monday's visit was not made: it comes on a later day, and Monday is empty."""
    days = working_days()
    instance = tour_instance(days, [visit_rule(days)], [(20, 0)])
    plan = TourPlan(tours=tuple(plan_tours(instance, QUICK).plan.tours))
    day = plan.tours[0].day
    news = News(first_day=day + 1, not_done=frozenset({(0, day)}))
    result = replan(instance, plan, news, change_weight=15, seed=1)
    assert visit_days(result.instance, result.plan)[0][0] > day


def test_a_promise_that_illness_breaks_is_told():
    """A must of which no day is left: the sentence names it."""
    days = working_days(per_week=2)
    instance = tour_instance(days, [visit_rule(days, must=True, patterns=((1,),))], [(20, 0)])
    plan = plan_tours(instance, QUICK).plan
    result = replan(instance, plan, replace(NOTHING, off=frozenset({0, 1})), change_weight=15, seed=1)
    assert result.broken == ("R1: A must be visited 1 times, planned 0",)


def test_an_evening_that_was_not_spent_away_is_not_gone_on_from():
    """Nothing was done on the day before the night away: the next day begins at home."""
    days = tuple(replace(day, night_away=True) for day in working_days(per_week=2, lunch=0))
    rules = [visit_rule(days, account_id=name, patterns=((day,),), value=900) for day, name in enumerate("AB")]
    instance = tour_instance(days, rules, [(100, 0), (110, 0)], nights=[(105, 0)], night_weight=5)
    night = 1
    plan = TourPlan(tours=(schedule_day(instance, 0, [0], (0, night)), schedule_day(instance, 1, [1], (night, 0))))
    assert verify(instance, plan) == ()
    result = replan(instance, plan, News(first_day=1, not_done=frozenset({(0, 0)})), change_weight=10, seed=1)
    assert verify(result.instance, result.plan) == ()
    assert [tour.start_place for tour in result.plan.tours] == [0]
