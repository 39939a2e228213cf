"""Create the variables of the exact tour model."""

from dataclasses import dataclass

from ortools.sat.python import cp_model

from optimizer.tours.instance import TourInstance

HOME = 0
"""Place of the rep's home; account a is place a + 1."""


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

    def places(self, day: int) -> list[int]:
        """List home and the accounts that may be visited on a day, as places."""
        return [HOME, *sorted(a + 1 for a, d in self.visits if d == day)]

    def away(self, day: int) -> cp_model.LinearExpr:
        """Tell whether there is a tour on a day."""
        return 1 - self.drives[day, HOME, HOME]

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
    )
