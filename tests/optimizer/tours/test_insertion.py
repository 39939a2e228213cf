"""Test the days that are offered for one more visit."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.tours.insertion import find_days
from optimizer.tours.plan import TourPlan
from optimizer.tours.schedule import schedule_day
from optimizer.tours.verify import verify
from tests.optimizer.tours.builders import random_instance, tour_instance, visit_rule, working_days

DAYS = working_days(per_week=3)
NEAR, FAR, ASKED = 0, 1, 2


def plan_of(instance, by_day):
    return TourPlan(tours=tuple(schedule_day(instance, day, stops) for day, stops in by_day.items()))


def asked(**rule):
    rules = [visit_rule(DAYS, account_id="near"), visit_rule(DAYS, account_id="far"), visit_rule(DAYS, **rule)]
    return tour_instance(DAYS, rules, [(60, 0), (-60, 0), (65, 0)])


def test_cheapest_day_is_the_one_that_passes_by():
    """Monday goes 60 east, Tuesday 60 west, Wednesday nowhere: 10, 130 and 130 minutes for an account 65 east."""
    instance = asked()
    offers = find_days(instance, plan_of(instance, {0: [NEAR], 1: [FAR]}), ASKED)
    assert [(o.day, o.extra_drive_minutes, o.extra_work_minutes) for o in offers] == [
        (0, 10, 40),
        (1, 130, 160),
        (2, 130, 160),
    ]
    assert [stop.account for stop in offers[0].tour.stops] in ([NEAR, ASKED], [ASKED, NEAR])


def test_closed_days_and_visited_days_are_not_offered():
    """Closed on Monday, visited on Tuesday: Wednesday is left."""
    instance = asked(closed_weekdays=[0], frequency=2, patterns=((1, 2),))
    (offer,) = find_days(instance, plan_of(instance, {1: [ASKED]}), ASKED)
    assert (offer.day, offer.keeps_spacing) == (2, True)


def test_days_that_keep_the_spacing_come_first():
    """Only Wednesday is an allowed day: it is named before a cheaper Monday."""
    instance = asked(patterns=((2,),))
    offers = find_days(instance, plan_of(instance, {0: [NEAR]}), ASKED)
    assert [(o.day, o.keeps_spacing) for o in offers] == [(2, True), (0, False), (1, False)]


def test_full_weeks_are_not_offered():
    """A week of 3 hours holds the near account's 150 minutes and no more."""
    instance = replace(asked(), week_minutes=180)
    assert find_days(instance, plan_of(instance, {0: [NEAR]}), ASKED) == ()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_offer_keeps_every_rule_but_spacing(seed):
    """With the offered tour in the plan the verifier finds nothing new, unless the spacing is said to go."""
    instance = random_instance(seed, accounts=8, must_share=0.0, overtime=30)
    stops = {}
    for account in range(7):
        for day in sorted(instance.visits[account].patterns[0] if instance.visits[account].patterns else ()):
            if schedule_day(instance, day, [*stops.get(day, []), account]) is None:
                break
            stops.setdefault(day, []).append(account)
    plan = plan_of(instance, dict(sorted(stops.items())))
    before = {(v.rule, v.subject) for v in verify(instance, plan)}
    for offer in find_days(instance, plan, 7):
        tours = {tour.day: tour for tour in plan.tours} | {offer.day: offer.tour}
        found = verify(instance, TourPlan(tours=tuple(tours[d] for d in sorted(tours))))
        new = {v.rule for v in found if (v.rule, v.subject) not in before}
        assert new <= {"every_account_follows_one_pattern"}
        if new:
            assert not offer.keeps_spacing or instance.visits[7].frequency > 1
