"""Check a plan against every rule, in plain Python, sharing no code with the search."""

from collections.abc import Callable, Iterator
from typing import Final

from optimizer.solving import Violation
from optimizer.territory.instance import NO_LIMIT, BalanceMeasure, TerritoryInstance, amount_text
from optimizer.territory.plan import TerritoryPlan

NAMED_AT_MOST: Final = 3
"""Areas that a sentence names before it only counts them."""


def verify(instance: TerritoryInstance, plan: TerritoryPlan) -> tuple[Violation, ...]:
    """Return every broken rule with its amount, in the order of the rules; empty for a plan that keeps them all."""
    broken = tuple(_every_area_has_one_rep(instance, plan))
    if broken:
        return broken
    return tuple(violation for rule in _RULES for violation in rule(instance, plan))


def _every_area_has_one_rep(instance: TerritoryInstance, plan: TerritoryPlan) -> Iterator[Violation]:
    rule = "every_area_has_one_rep"
    if len(plan.rep_of_area) != instance.n_areas:
        missing = instance.n_areas - len(plan.rep_of_area)
        yield Violation(
            rule=rule,
            subject="",
            amount=abs(missing),
            unit="areas",
            text=f"the plan covers {len(plan.rep_of_area)} of {instance.n_areas} areas",
        )
        return
    for area, rep in zip(instance.area_ids, plan.rep_of_area.tolist(), strict=True):
        if not 0 <= rep < instance.n_reps:
            yield Violation(rule=rule, subject=area, amount=1, unit="area", text=f"{area}: has no rep")


def _territories_hold_their_home(instance: TerritoryInstance, plan: TerritoryPlan) -> Iterator[Violation]:
    for rep, home in enumerate(instance.home_areas.tolist()):
        other = int(plan.rep_of_area[home])
        if other != rep:
            yield Violation(
                rule="territories_hold_their_home",
                subject=instance.rep_ids[rep],
                amount=1,
                unit="area",
                text=f"{instance.rep_ids[rep]}: the home area {instance.area_ids[home]} is served by "
                f"{instance.rep_ids[other]}",
            )


def _territories_are_balanced(instance: TerritoryInstance, plan: TerritoryPlan) -> Iterator[Violation]:
    for measure in instance.measures:
        sums = [int(amount) for amount in measure.fixed]
        for amount, rep in zip(measure.amounts.tolist(), plan.rep_of_area.tolist(), strict=True):
            sums[rep] += amount
        for rep, total in enumerate(sums):
            over, short = total - int(measure.upper[rep]), int(measure.lower[rep]) - total
            if over > 0 or short > 0:
                yield Violation(
                    rule="territories_are_balanced",
                    subject=instance.rep_ids[rep],
                    amount=max(over, short) / measure.scale,
                    unit=measure.unit,
                    text=_balance_text(instance.rep_ids[rep], measure, rep, total),
                )


def _balance_text(rep_id: str, measure: BalanceMeasure, rep: int, total: int) -> str:
    target = int(measure.targets[rep])
    above = total > int(measure.upper[rep])
    outside = total - int(measure.upper[rep]) if above else int(measure.lower[rep]) - total
    side, beyond = ("above", "over") if above else ("below", "short")
    distance = f"{100 * abs(total - target) / target:.1f} %" if target else measure.text(abs(total - target))
    return (
        f"{rep_id}: {measure.name} {distance} {side} target, {100 * measure.tolerance:g} % allowed "
        f"({measure.text(outside)} {beyond})"
    )


def _territories_are_contiguous(instance: TerritoryInstance, plan: TerritoryPlan) -> Iterator[Violation]:
    if not instance.contiguous:
        return
    rep_of = plan.rep_of_area.tolist()
    beside: list[list[int]] = [[] for _ in rep_of]
    for a, b in instance.edges.tolist():
        if rep_of[a] == rep_of[b]:
            beside[a].append(b)
            beside[b].append(a)
    for rep, home in enumerate(instance.home_areas.tolist()):
        own = [area for area, other in enumerate(rep_of) if other == rep]
        if not own:
            continue
        root = home if rep_of[home] == rep else own[0]
        found, front = {root}, [root]
        while front:
            for neighbour in beside[front.pop()]:
                if neighbour not in found:
                    found.add(neighbour)
                    front.append(neighbour)
        apart = [instance.area_ids[area] for area in own if area not in found]
        if apart:
            place = "its home" if rep_of[home] == rep else instance.area_ids[root]
            verb = "is" if len(apart) == 1 else "are"
            yield Violation(
                rule="territories_are_contiguous",
                subject=instance.rep_ids[rep],
                amount=len(apart),
                unit="areas",
                text=f"{instance.rep_ids[rep]}: {_named(apart)} {verb} not connected to {place}",
            )


def _territories_stay_within_groups(instance: TerritoryInstance, plan: TerritoryPlan) -> Iterator[Violation]:
    rule = "territories_stay_within_groups"
    for area, rep in enumerate(plan.rep_of_area.tolist()):
        group = int(instance.rep_group[rep])
        if group not in (-1, int(instance.area_group[area])):
            text = f"{instance.area_ids[area]}: lies outside the group of {instance.rep_ids[rep]}"
            yield Violation(rule=rule, subject=instance.area_ids[area], amount=1, unit="area", text=text)


def _groups_are_kept_together(instance: TerritoryInstance, plan: TerritoryPlan) -> Iterator[Violation]:
    members: dict[int, list[int]] = {}
    for area, label in enumerate(instance.together.tolist()):
        if label >= 0:
            members.setdefault(label, []).append(area)
    for areas in members.values():
        reps = sorted({int(plan.rep_of_area[area]) for area in areas})
        if len(reps) > 1:
            names = ", ".join(instance.rep_ids[rep] for rep in reps)
            ids = [instance.area_ids[area] for area in areas]
            yield Violation(
                rule="groups_are_kept_together",
                subject=ids[0],
                amount=len(reps) - 1,
                unit="reps",
                text=f"{_named(ids)}: kept together, but served by {names}",
            )


def _locks_hold(instance: TerritoryInstance, plan: TerritoryPlan) -> Iterator[Violation]:
    for area, rep in instance.locks.tolist():
        other = int(plan.rep_of_area[area])
        if other != rep:
            text = (
                f"{instance.area_ids[area]}: locked to {instance.rep_ids[rep]}, but served by {instance.rep_ids[other]}"
            )
            yield Violation(rule="locks_hold", subject=instance.area_ids[area], amount=1, unit="area", text=text)


def _forbidden_pairs_are_kept(instance: TerritoryInstance, plan: TerritoryPlan) -> Iterator[Violation]:
    for area, rep in instance.forbidden.tolist():
        if int(plan.rep_of_area[area]) == rep:
            text = f"{instance.area_ids[area]}: served by {instance.rep_ids[rep]}, which is forbidden"
            subject = instance.area_ids[area]
            yield Violation(rule="forbidden_pairs_are_kept", subject=subject, amount=1, unit="area", text=text)


def _drives_are_short_enough(instance: TerritoryInstance, plan: TerritoryPlan) -> Iterator[Violation]:
    limit = instance.max_drive_minutes
    for area, rep in enumerate(plan.rep_of_area.tolist()):
        minutes = int(instance.drive_minutes[area, rep])
        if minutes > limit:
            yield Violation(
                rule="drives_are_short_enough",
                subject=instance.area_ids[area],
                amount=minutes - limit,
                unit="minutes",
                text=f"{instance.area_ids[area]}: {minutes} minutes from the home of {instance.rep_ids[rep]}, "
                f"{limit} allowed",
            )


def _few_areas_change_hands(instance: TerritoryInstance, plan: TerritoryPlan) -> Iterator[Violation]:
    if instance.moved_limit == NO_LIMIT:
        return
    total = 0
    for area, rep in enumerate(plan.rep_of_area.tolist()):
        if instance.current_rep[area] >= 0 and instance.current_rep[area] != rep:
            total += int(instance.moved_amount[area])
    over = total - instance.moved_limit
    if over > 0:
        unit, scale = instance.moved_unit, instance.moved_scale
        said, allowed, above = (amount_text(x, unit, scale) for x in (total, instance.moved_limit, over))
        besides = f", besides {amount_text(instance.left_amount, unit, scale)} of reps who left"
        text = f"{said} would change hands{besides if instance.left_amount else ''}, {allowed} allowed ({above} over)"
        yield Violation(rule="few_areas_change_hands", subject="", amount=over / scale, unit=unit, text=text)


def _named(ids: list[str]) -> str:
    if len(ids) <= NAMED_AT_MOST:
        return ", ".join(ids)
    return f"{', '.join(ids[:NAMED_AT_MOST])} and {len(ids) - NAMED_AT_MOST} more"


_RULES: Final[tuple[Callable[[TerritoryInstance, TerritoryPlan], Iterator[Violation]], ...]] = (
    _territories_hold_their_home,
    _territories_are_balanced,
    _territories_are_contiguous,
    _territories_stay_within_groups,
    _groups_are_kept_together,
    _locks_hold,
    _forbidden_pairs_are_kept,
    _drives_are_short_enough,
    _few_areas_change_hands,
)
