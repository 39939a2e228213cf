"""Create the variables of the exact tour model."""

from collections.abc import Callable
from dataclasses import dataclass

from ortools.sat.python import cp_model

from optimizer.tours.instance import TourInstance

HOME = 0
"""Where a day begins and ends, be it home or elsewhere; account a is place a + 1."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TourVariables:
    """The decisions of one cycle, asked for by account, day and place."""

    follows: tuple[tuple[cp_model.IntVar, ...], ...]
    """Per account, one literal for each of its patterns."""
    visits: dict[tuple[int, int], cp_model.IntVar]
    """(account, day): whether the account is visited; only for days that some pattern uses."""
    drives: dict[tuple[int, int, int], cp_model.IntVar]
    """(day, place, place): whether the rep drives from one place straight to the other; equal: it is not visited."""
    start: dict[tuple[int, int], cp_model.IntVar]
    """(account, day): start of the service."""
    leave: tuple[cp_model.IntVar, ...]
    """Per day the departure; without a tour leave and back are both the start of the day."""
    back: tuple[cp_model.IntVar, ...]
    lunch_after: dict[tuple[int, int], cp_model.IntVar]
    """(day, place): whether the break follows the departure from the place."""
    overtime: tuple[cp_model.IntVar, ...]
    """Per day the minutes after the regular end."""
    busiest: cp_model.IntVar
    """Working minutes of the busiest week."""
    longest: cp_model.IntVar
    """Working minutes of the longest day."""
    sleeps: dict[tuple[int, int], cp_model.IntVar]
    """(day, place): whether the rep sleeps away there after the day; only where that is allowed."""
    first_way: dict[int, cp_model.IntVar]
    """By day that may begin after a night away: minutes to the first stop, at least."""
    last_way: dict[int, cp_model.IntVar]
    """By day that may end with a night away: minutes from the last stop, at least."""

    def places(self, day: int) -> list[int]:
        """List home and the accounts that may be visited on a day, as places."""
        return [HOME, *sorted(a + 1 for a, d in self.visits if d == day)]

    def away(self, day: int) -> cp_model.LinearExpr:
        """Tell whether there is a tour on a day."""
        return 1 - self.drives[day, HOME, HOME]

    def out(self, instance: TourInstance, day: int, account: int) -> cp_model.LinearExpr:
        """Give the minutes from where a day begins to an account."""
        return self._way(instance, day - 1, instance.days[day].start_place, lambda row: (row, account + 1))

    def homeward(self, instance: TourInstance, day: int, account: int) -> cp_model.LinearExpr:
        """Give the minutes from an account to where a day ends."""
        return self._way(instance, day, instance.days[day].end_place, lambda row: (account + 1, row))

    def _way(
        self, instance: TourInstance, evening: int, usual: int, leg: Callable[[int], tuple[int, int]]
    ) -> cp_model.LinearExpr:
        minutes = int(instance.drive_minutes[leg(instance.row(usual))])
        instead = [
            (int(instance.drive_minutes[leg(instance.row(place))]) - minutes) * self.sleeps[evening, place]
            for place in instance.night_places()
            if (evening, place) in self.sleeps
        ]
        return cp_model.LinearExpr.sum(instead) + minutes

    def driving(self, instance: TourInstance, day: int) -> cp_model.LinearExpr:
        """Give the driving minutes of a day."""
        accounts = self.places(day)[1:]
        minutes = instance.drive_minutes
        parts = [int(minutes[i, j]) * self.drives[day, i, j] for i in accounts for j in accounts if i != j]
        start, end = instance.row(instance.days[day].start_place), instance.row(instance.days[day].end_place)
        if day in self.first_way:
            parts.append(self.first_way[day] + 0)
        else:
            parts += [int(minutes[start, j]) * self.drives[day, HOME, j] for j in accounts]
        if day in self.last_way:
            parts.append(self.last_way[day] + 0)
        else:
            parts += [int(minutes[i, end]) * self.drives[day, i, HOME] for i in accounts]
        return cp_model.LinearExpr.sum(parts)

    def has_lunch(self, day: int) -> cp_model.LinearExpr:
        """Tell whether a break is taken on a day."""
        return cp_model.LinearExpr.sum(
            [self.lunch_after[day, p] for p in self.places(day) if (day, p) in self.lunch_after]
        )

    def day_work(self, instance: TourInstance, day: int) -> cp_model.LinearExpr:
        """Give the working minutes of a day: departure to return without the break."""
        return self.back[day] - self.leave[day] - instance.days[day].lunch_minutes * self.has_lunch(day)

    def week_work(self, instance: TourInstance, week: int) -> cp_model.LinearExpr:
        """Give the working minutes of a week, with what is behind already."""
        days = [self.day_work(instance, d) for d, day in enumerate(instance.days) if day.week == week]
        return cp_model.LinearExpr.sum(days) + instance.worked(week)


def create_variables(model: cp_model.CpModel, instance: TourInstance) -> TourVariables:
    """Add the variables to a model, with the domains that the working days give."""
    usable = sorted({(a, d) for a, rule in enumerate(instance.visits) for p in rule.patterns for d in p})
    visits = {(a, d): model.new_bool_var(f"visit {a} on {d}") for a, d in usable}
    drives, lunch_after, leave, back, overtime = {}, {}, [], [], []
    for d, day in enumerate(instance.days):
        latest = day.end_minute + day.overtime_minutes
        places = [HOME, *(a + 1 for a, e in usable if e == d)]
        for i in places:
            for j in places:
                drives[d, i, j] = model.new_bool_var(f"drive {i} to {j} on {d}")
            if day.lunch_minutes > 0:
                lunch_after[d, i] = model.new_bool_var(f"lunch after {i} on {d}")
        leave.append(model.new_int_var(day.start_minute, latest, f"leave on {d}"))
        back.append(model.new_int_var(day.start_minute, latest, f"back on {d}"))
        overtime.append(model.new_int_var(0, day.overtime_minutes, f"overtime on {d}"))
    start = {
        (a, d): model.new_int_var(
            instance.days[d].start_minute,
            instance.days[d].end_minute + instance.days[d].overtime_minutes,
            f"start {a} on {d}",
        )
        for a, d in usable
    }
    longest = sum(day.end_minute + day.overtime_minutes - day.start_minute for day in instance.days)
    longest += sum(instance.worked_minutes)
    evenings = [d for d in range(len(instance.days)) if instance.next_morning(d) >= 0]
    farthest = int(instance.drive_minutes.max(initial=0))
    return TourVariables(
        follows=tuple(
            tuple(model.new_bool_var(f"pattern {p} of {a}") for p in range(len(rule.patterns)))
            for a, rule in enumerate(instance.visits)
        ),
        visits=visits,
        drives=drives,
        start=start,
        leave=tuple(leave),
        back=tuple(back),
        lunch_after=lunch_after,
        overtime=tuple(overtime),
        busiest=model.new_int_var(0, longest, "busiest week"),
        longest=model.new_int_var(0, longest, "longest day"),
        sleeps={
            (d, place): model.new_bool_var(f"night at {place} after {d}")
            for d in evenings
            for place in instance.night_places()
        },
        first_way={d + 1: model.new_int_var(0, farthest, f"first way on {d + 1}") for d in evenings},
        last_way={d: model.new_int_var(0, farthest, f"last way on {d}") for d in evenings},
    )
