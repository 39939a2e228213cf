"""Write the rules of a rep's cycle as constraint families of the exact tour model."""

from collections.abc import Callable

from ortools.sat.python import cp_model

from optimizer.tours.instance import TourInstance
from optimizer.tours.variables import HOME, TourVariables

Family = Callable[[cp_model.CpModel, TourVariables, TourInstance], None]


def every_account_follows_one_pattern(model: cp_model.CpModel, x: TourVariables, instance: TourInstance) -> None:
    """Choose at most one pattern per account and visit it on exactly the days of that pattern.

    visits[a, d] = Σ follows[a, p] over patterns p with day d;  Σ_p follows[a, p] ≤ 1.
    """
    for literals in x.follows:
        model.add_at_most_one(literals)
    for (a, d), visit in x.visits.items():
        patterns = zip(instance.visits[a].patterns, x.follows[a], strict=True)
        model.add(visit == cp_model.LinearExpr.sum([literal for pattern, literal in patterns if d in pattern]))


def tours_are_round_trips(model: cp_model.CpModel, x: TourVariables, instance: TourInstance) -> None:
    """Link the visits of each day to one circuit through home; places that are not visited loop onto themselves."""
    for d in range(len(instance.days)):
        places = x.places(d)
        node = {place: index for index, place in enumerate(places)}
        arcs = [(node[i], node[j], x.drives[d, i, j]) for i in places for j in places]
        model.add_circuit(arcs)
        for place in places[1:]:
            model.add(x.drives[d, place, place] + x.visits[place - 1, d] == 1)
            model.add_implication(x.visits[place - 1, d], ~x.drives[d, HOME, HOME])


def times_follow_the_drives(model: cp_model.CpModel, x: TourVariables, instance: TourInstance) -> None:
    """Start no service before the last one has ended and the way, and the break if it lies there, is behind the rep.

    drives[d, i, j] ⇒ start[j] ≥ end[i] + minutes[i, j] + lunch · lunch_after[d, i], with equality for the way home.
    """
    for d, day in enumerate(instance.days):
        for i in x.places(d):
            for j in x.places(d):
                if i == j:
                    continue
                ready = _end(x, instance, d, i) + _minutes(x, instance, d, i, j)
                if day.lunch_minutes > 0:
                    ready += day.lunch_minutes * x.lunch_after[d, i]
                then = x.back[d] == ready if j == HOME else x.start[j - 1, d] >= ready
                model.add(then).only_enforce_if(x.drives[d, i, j])


def visits_fit_opening_hours(model: cp_model.CpModel, x: TourVariables, instance: TourInstance) -> None:
    """Put each service that is made inside one opening window."""
    for (a, d), visit in x.visits.items():
        rule = instance.visits[a]
        inside = []
        for k, (opens, closes) in enumerate(rule.windows[d]):
            if closes - opens >= rule.service_minutes:
                literal = model.new_bool_var(f"window {k} of {a} on {d}")
                model.add(x.start[a, d] >= opens).only_enforce_if(literal)
                model.add(x.start[a, d] + rule.service_minutes <= closes).only_enforce_if(literal)
                inside.append(literal)
        model.add(cp_model.LinearExpr.sum(inside) == visit)


def days_end_in_time(model: cp_model.CpModel, x: TourVariables, instance: TourInstance) -> None:
    """Count the minutes after the regular end; the domains of leave and back hold the rest. No tour takes no time."""
    for d, day in enumerate(instance.days):
        model.add(x.overtime[d] >= x.back[d] - day.end_minute)
        for moment in (x.leave[d], x.back[d]):
            model.add(moment == day.start_minute).only_enforce_if(x.drives[d, HOME, HOME])


def lunch_is_taken(model: cp_model.CpModel, x: TourVariables, instance: TourInstance) -> None:
    """Take one break exactly when the tour spans the lunch window, begun inside it and ended before the next service.

    away before lunch_from + lunch_minutes ∧ back after lunch_until ⇔ Σ_i lunch_after[d, i] = 1.
    """
    for d, day in enumerate(instance.days):
        if day.lunch_minutes <= 0:
            continue
        early = _at_most(model, x.leave[d], day.lunch_from + day.lunch_minutes - 1, f"early on {d}")
        late = ~_at_most(model, x.back[d], day.lunch_until, f"short on {d}")
        needed = model.new_bool_var(f"lunch needed on {d}")
        model.add_bool_and([early, late]).only_enforce_if(needed)
        model.add_bool_or([~early, ~late]).only_enforce_if(~needed)
        model.add(x.has_lunch(d) == needed)
        for i in x.places(d):
            after = x.lunch_after[d, i]
            model.add(_end(x, instance, d, i) <= day.lunch_until).only_enforce_if(after)
            model.add_implication(after, ~x.drives[d, i, i])
            for j in x.places(d):
                if j != i:
                    arrives = x.back[d] if j == HOME else x.start[j - 1, d]
                    model.add(arrives >= day.lunch_from + day.lunch_minutes).only_enforce_if([after, x.drives[d, i, j]])


def vans_hold_the_load(model: cp_model.CpModel, x: TourVariables, instance: TourInstance) -> None:
    """Take no more along on a day than the van holds.

    Σ_a load[a] · visits[a, d] ≤ van_load.
    """
    if instance.van_load <= 0:
        return
    for d in range(len(instance.days)):
        loads = [instance.visits[p - 1].load * x.visits[p - 1, d] for p in x.places(d) if p != HOME]
        model.add(cp_model.LinearExpr.sum(loads) <= instance.van_load)


def nights_join_two_days(model: cp_model.CpModel, x: TourVariables, instance: TourInstance) -> None:
    """Sleep at one place at most, and only between two days that both have visits.

    Σ_p sleeps[d, p] ≤ 1;  sleeps[d, p] ⇒ away[d] ∧ away[d + 1].
    """
    for d in range(len(instance.days)):
        model.add_at_most_one([x.sleeps[d, p] for p in instance.night_places() if (d, p) in x.sleeps])
    for (d, _), sleeps in x.sleeps.items():
        for day in (d, d + 1):
            model.add_implication(sleeps, ~x.drives[day, HOME, HOME])


def first_and_last_ways_count(model: cp_model.CpModel, x: TourVariables, instance: TourInstance) -> None:
    """Count the ways from and to a night away.

    drives[d, home, j] ⇒ first_way[d] ≥ minutes[where d begins, j]; the least of all places holds without the nights.
    """
    nights = [instance.row(place) for place in instance.night_places()]
    for ways, usual, leads_out in (
        (x.first_way, [instance.row(day.start_place) for day in instance.days], True),
        (x.last_way, [instance.row(day.end_place) for day in instance.days], False),
    ):
        for d, way in ways.items():
            least = []
            for place in x.places(d)[1:]:
                used = x.drives[d, HOME, place] if leads_out else x.drives[d, place, HOME]
                minutes = (x.out if leads_out else x.homeward)(instance, d, place - 1)
                model.add(way >= minutes).only_enforce_if(used)
                rows = [usual[d], *nights]
                legs = instance.drive_minutes[rows, place] if leads_out else instance.drive_minutes[place, rows]
                least.append(int(legs.min()) * used)
            model.add(way >= cp_model.LinearExpr.sum(least))


def weeks_are_not_too_long(model: cp_model.CpModel, x: TourVariables, instance: TourInstance) -> None:
    """Keep the work of each week within `week_minutes`, that of all below `busiest`, that of days below `longest`."""
    for week in sorted({day.week for day in instance.days}):
        work = x.week_work(instance, week)
        model.add(work <= instance.week_minutes)
        model.add(work <= x.busiest)
    for d in range(len(instance.days)):
        model.add(x.day_work(instance, d) <= x.longest)


def work_holds_drives_and_services(model: cp_model.CpModel, x: TourVariables, instance: TourInstance) -> None:
    """Make the work of a day at least its driving and service; implied by the times, but it tightens the relaxation.

    work[d] ≥ Σ_ij minutes[i, j] · drives[d, i, j] + Σ_a service[a] · visits[a, d].
    """
    for d in range(len(instance.days)):
        services = [instance.visits[p - 1].service_minutes * x.visits[p - 1, d] for p in x.places(d) if p != HOME]
        least = x.driving(instance, d) + cp_model.LinearExpr.sum(services)
        if d not in x.first_way and d not in x.last_way:  # those may be longer than the way that is driven
            model.add(x.day_work(instance, d) >= least)


CONSTRAINTS: tuple[Family, ...] = (
    every_account_follows_one_pattern,
    tours_are_round_trips,
    times_follow_the_drives,
    visits_fit_opening_hours,
    days_end_in_time,
    lunch_is_taken,
    vans_hold_the_load,
    nights_join_two_days,
    first_and_last_ways_count,
    weeks_are_not_too_long,
    work_holds_drives_and_services,
)
"""Every rule of the cycle; musts are a term of the objective, so that a plan always exists."""


def _end(x: TourVariables, instance: TourInstance, day: int, place: int) -> cp_model.LinearExpr:
    """When the rep leaves a place."""
    if place == HOME:
        return x.leave[day] + 0
    return x.start[place - 1, day] + instance.visits[place - 1].service_minutes


def _minutes(x: TourVariables, instance: TourInstance, day: int, i: int, j: int) -> cp_model.LinearExpr | int:
    """Give the minutes of a way on a day."""
    if i == HOME:
        return x.out(instance, day, j - 1)
    return x.homeward(instance, day, i - 1) if j == HOME else int(instance.drive_minutes[i, j])


def _at_most(model: cp_model.CpModel, moment: cp_model.IntVar, limit: int, name: str) -> cp_model.IntVar:
    """Make a literal that tells whether a moment is not after a limit."""
    literal = model.new_bool_var(name)
    model.add(moment <= limit).only_enforce_if(literal)
    model.add(moment >= limit + 1).only_enforce_if(~literal)
    return literal
