"""Check a plan of a siting problem against every rule, in plain Python, sharing no code with the search."""

from collections.abc import Callable, Iterator
from typing import Final

from optimizer.siting.instance import CLOSED, SitingInstance
from optimizer.siting.plan import SitingPlan
from optimizer.solving import Violation


def verify(instance: SitingInstance, plan: SitingPlan) -> tuple[Violation, ...]:
    """Return every broken rule with its amount, in the order of the rules; empty for a plan that keeps them all."""
    broken = tuple(_homes_are_chosen(instance, plan)) or tuple(_every_area_has_one_home(instance, plan))
    return broken or tuple(violation for rule in _RULES for violation in rule(instance, plan))


def cost_of_plan(instance: SitingInstance, plan: SitingPlan) -> int:
    """Return what a plan costs, summed area by area."""
    homes = plan.homes.tolist()
    return sum(int(instance.cost[area, homes[home]]) for area, home in enumerate(plan.home_of_area.tolist()))


def _homes_are_chosen(instance: SitingInstance, plan: SitingPlan) -> Iterator[Violation]:
    homes, fixed = plan.homes.tolist(), instance.fixed.tolist()
    rule = "homes_are_chosen"
    if len(homes) != instance.n_homes:
        yield _violation(
            rule,
            "",
            abs(len(homes) - instance.n_homes),
            "homes",
            f"the plan has {len(homes)} of {instance.n_homes} homes",
        )
        return
    for home in sorted(set(homes)):
        if not 0 <= home < instance.n_candidates:
            yield _violation(rule, str(home), 1, "home", f"home {home} is not a candidate")
        elif homes.count(home) > 1:
            name = instance.area_ids[int(instance.candidates[home])]
            yield _violation(rule, name, homes.count(home) - 1, "homes", f"{name}: is a home {homes.count(home)} times")
    for place, home in enumerate(fixed):
        if homes[place] != home:
            name = instance.area_ids[int(instance.candidates[home])]
            yield _violation(rule, name, 1, "home", f"{name}: the fixed home is not number {place + 1} of the plan")


def _every_area_has_one_home(instance: SitingInstance, plan: SitingPlan) -> Iterator[Violation]:
    rule = "every_area_has_one_home"
    labels = plan.home_of_area.tolist()
    if len(labels) != instance.n_areas:
        yield _violation(
            rule,
            "",
            abs(len(labels) - instance.n_areas),
            "areas",
            f"the plan covers {len(labels)} of {instance.n_areas} areas",
        )
        return
    for area, home in zip(instance.area_ids, labels, strict=True):
        if not 0 <= home < instance.n_homes:
            yield _violation(rule, area, 1, "area", f"{area}: has no home")


def _homes_serve_their_own_area(instance: SitingInstance, plan: SitingPlan) -> Iterator[Violation]:
    for home, candidate in enumerate(plan.homes.tolist()):
        area = int(instance.candidates[candidate])
        if int(plan.home_of_area[area]) != home:
            name = instance.area_ids[area]
            yield _violation(
                "homes_serve_their_own_area", name, 1, "area", f"{name}: is a home but served from another"
            )


def _pairs_are_allowed(instance: SitingInstance, plan: SitingPlan) -> Iterator[Violation]:
    homes = plan.homes.tolist()
    for area, home in enumerate(plan.home_of_area.tolist()):
        if int(instance.cost[area, homes[home]]) == CLOSED:
            name, seat = instance.area_ids[area], instance.area_ids[int(instance.candidates[homes[home]])]
            yield _violation("pairs_are_allowed", name, 1, "area", f"{name}: may not be served from {seat}")


def _territories_are_balanced(instance: SitingInstance, plan: SitingPlan) -> Iterator[Violation]:
    for measure in instance.measures:
        sums = [0] * instance.n_homes
        for amount, home in zip(measure.amounts.tolist(), plan.home_of_area.tolist(), strict=True):
            sums[home] += amount
        for home, total in enumerate(sums):
            over, short = total - int(measure.upper[home]), int(measure.lower[home]) - total
            if over > 0 or short > 0:
                name = instance.area_ids[int(instance.candidates[int(plan.homes[home])])]
                side = f"{measure.text(over)} above" if over > 0 else f"{measure.text(short)} below"
                limit = "greatest" if over > 0 else "least"
                yield _violation(
                    "territories_are_balanced",
                    name,
                    max(over, short) / measure.scale,
                    measure.unit,
                    f"{name}: {measure.name} {measure.text(total)}, {side} the {limit} sum allowed",
                )


def _territories_are_contiguous(instance: SitingInstance, plan: SitingPlan) -> Iterator[Violation]:
    if not instance.contiguous:
        return
    labels = plan.home_of_area.tolist()
    neighbours: list[list[int]] = [[] for _ in labels]
    for a, b in instance.edges.reshape(-1, 2).tolist():
        neighbours[a].append(b)
        neighbours[b].append(a)
    for home, candidate in enumerate(plan.homes.tolist()):
        seat = int(instance.candidates[candidate])
        if labels[seat] != home:
            continue
        reached, frontier = {seat}, [seat]
        while frontier:
            for other in neighbours[frontier.pop()]:
                if labels[other] == home and other not in reached:
                    reached.add(other)
                    frontier.append(other)
        loose = [area for area, label in enumerate(labels) if label == home and area not in reached]
        if loose:
            name = instance.area_ids[seat]
            example = instance.area_ids[loose[0]]
            text = f"{name}: {len(loose)} areas of the territory are cut off from it, such as {example}"
            yield _violation("territories_are_contiguous", name, len(loose), "areas", text)


def _violation(rule: str, subject: str, amount: float, unit: str, text: str) -> Violation:
    return Violation(rule=rule, subject=subject, amount=amount, unit=unit, text=text)


_RULES: Final[tuple[Callable[[SitingInstance, SitingPlan], Iterator[Violation]], ...]] = (
    _homes_serve_their_own_area,
    _pairs_are_allowed,
    _territories_are_balanced,
    _territories_are_contiguous,
)
