"""What a rep's everyday commands say in French: days for one more visit, and what planning again has changed."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from maps.languages.speaking import noting_unknown, speaking
from maps.replan_words import changes_text
from maps.visit_words import offers_text
from optimizer.solving import Effort, SolverSettings
from optimizer.tours.insertion import find_days
from optimizer.tours.instance import TourInstance
from optimizer.tours.plan import TourPlan
from optimizer.tours.replan import News, replan
from optimizer.tours.schedule import schedule_day
from optimizer.tours.search import plan_tours
from optimizer.tours.verify import verify
from tests.maps.languages.test_french_pages import ENGLISH
from tests.maps.languages.test_french_terminal import english_lines
from tests.optimizer.tours.builders import random_instance, tour_instance, visit_rule, working_days

QUICK = SolverSettings(effort=Effort.QUICK, workers=1)


def in_french(make: Callable[[], str]) -> str:
    """Make a text in French; what is unknown to the catalogue may be dates and times alone, which come in French."""
    with speaking("fr"), noting_unknown() as unknown:
        text = make()
    assert [part for part in unknown if ENGLISH.search(part)] == []
    assert english_lines(text) == []
    return text


def test_days_for_one_more_visit_are_offered_in_french() -> None:
    """With overtime, off the usual distance, and where no day has room."""
    days = working_days(per_week=3, overtime=60)
    long = {"service": 240, "patterns": ((2,),)}
    rules = [visit_rule(days, account_id="C1", service=240), visit_rule(days, account_id="C2", **long)]
    instance = tour_instance(days, rules, [(60, 0), (65, 0)])
    offers = find_days(instance, TourPlan(tours=(schedule_day(instance, 0, [0]),)), 1)
    told = in_french(lambda: offers_text(instance, offers, account="C2"))
    assert told.splitlines()[0] == "Une visite de plus à C2 par R1, toutes les autres comme prévu :"
    assert "55 min de dépassement ; pas à l'écart habituel de ses autres visites" in told
    assert "semaine 1  mer. 7 janv.  à 09:05" in told
    assert in_french(lambda: offers_text(instance, (), account="C2")).startswith("C2 : ")


def told_after(instance: TourInstance, plan: TourPlan, news: News) -> str:
    """Plan again and tell what has changed."""
    change = replan(instance, plan, news, change_weight=15, seed=1)
    return changes_text(
        change.instance,
        plan,
        change.plan,
        first_day=news.first_day,
        labels=[f"C{place}" for place in range(len(instance.visits))],
        missed=change.missed,
        broken=change.broken,
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_planning_again_changes_is_told_in_french(seed: int) -> None:
    """Moved, shifted, gone with its reason, not made, and what cannot be kept."""
    made = random_instance(seed, accounts=14, weeks=2, frequencies=(1, 2, 4))
    instance = replace(made, visits=tuple(replace(rule, must=place % 2 == 0) for place, rule in enumerate(made.visits)))
    plan = plan_tours(instance, QUICK).plan
    visits = [(stop.account, tour.day) for tour in plan.tours for stop in tour.stops]
    ahead = next(visit for visit in visits if visit[1] >= 3)
    news = News(
        first_day=3, not_done=frozenset(visits[:2]), off=frozenset({4, 5, 7, 8}), cancelled=frozenset({ahead[0]})
    )
    told = in_french(lambda: told_after(instance, plan, news))
    assert "n'a plus lieu" in told
    assert "doit être visité" in told.partition("Ne peut être tenu")[2]


def test_a_new_visit_and_a_broken_promise_are_told_in_french() -> None:
    """An urgent visit on top of the planned one, and a promised one that no tour makes."""
    days = working_days(weeks=4)
    rules = [visit_rule(days, patterns=((15,),)), visit_rule(days, account_id="B", patterns=((3,),))]
    instance = tour_instance(days, rules, [(20, 0), (22, 0)])
    plan = plan_tours(instance, QUICK).plan
    assert "C0 : nouveau, " in in_french(lambda: told_after(instance, plan, News(first_day=2, urgent=(0,))))
    rules[1] = replace(rules[1], promised_days=(3,))
    nothing = TourPlan(tours=())
    (fault,) = [fault for fault in verify(replace(instance, visits=tuple(rules)), nothing) if "promise" in fault.text]
    told = in_french(
        lambda: changes_text(instance, plan, nothing, first_day=0, labels="AB", missed=(), broken=[fault.text])
    )
    assert told.endswith("R1 : B a reçu la promesse d'une visite jeudi 2026-01-08")
