"""Solve public routing instances with the kernel of the tour planner."""

import math
from dataclasses import replace

import numpy as np

from benchmarks.tours_check import Route
from benchmarks.tours_readers import Customer, RoutingInstance
from optimizer.tours.arrays import LENGTH, MISS_COST, NO_LIMIT, Problem, Tours, build_problem
from optimizer.tours.population import CpuSeconds, Rounds, search_population

UNITS = 100_000
"""Whole units to a unit of distance where distances are not cut to decimals."""
WHOLE_DAY = 1 << 38
"""End of a day without end."""


def problem_of(instance: RoutingInstance) -> Problem:
    """Lay an instance out for the kernel: distances and times in whole units, rounded up so that limits stay kept."""
    units = UNITS if instance.decimals is None else 10**instance.decimals
    places = range(len(instance.customers))
    ways = [[math.ceil(instance.distance(i, j) * units - 1e-6) for j in places] for i in places]
    drive = np.array(ways, dtype=np.int64)
    depot, customers = instance.customers[0], instance.customers[1:]
    days, vehicles = range(instance.days), range(instance.vehicles)

    def whole(value: float, none: int) -> int:
        return round(value * units) if math.isfinite(value) else none

    end = whole(depot.closes, WHOLE_DAY)
    starts = []
    for position, customer in enumerate(customers, start=1):
        back = end - whole(customer.service, 0) - int(drive[position, 0])
        first = max(whole(customer.opens, 0), int(drive[0, position]) + whole(depot.opens, 0))
        last = min(whole(customer.closes, WHOLE_DAY), back) if math.isfinite(depot.closes) else WHOLE_DAY
        timed = math.isfinite(customer.closes)
        starts.append([(first, last)] if timed and first <= last else [] if timed else [(0, WHOLE_DAY)])
    dearest = int(drive.max()) * 4
    per_slot = {"week": 0, "start": whole(depot.opens, 0), "end": end, "latest": end}
    per_slot |= dict.fromkeys(("lunch", "lunch_from", "lunch_until"), 0)
    slots = {name: [value for _ in days for _ in vehicles] for name, value in per_slot.items()}
    slots["capacity"] = [
        NO_LIMIT if instance.optional else whole(instance.capacity[d], NO_LIMIT) for d in days for _ in vehicles
    ]
    slots["longest"] = [whole(instance.max_duration[d], NO_LIMIT) for d in days for _ in vehicles]
    return build_problem(
        drive=drive,
        service=[whole(c.service, 0) for c in customers],
        demand=[whole(c.demand, 0) for c in customers],
        windows=[[own for _ in days] for own in starts],
        patterns=[list(c.patterns) if own else [] for c, own in zip(customers, starts, strict=True)],
        frequency=[c.frequency for c in customers],
        miss_cost=[round(c.demand * end) if instance.optional else dearest for c in customers],
        slot_day=[d for d in days for _ in vehicles],
        slots=slots,
        weeks=0,
        week_limit=NO_LIMIT,
        overtime_weight=0,
        level_weight=0,
    )


def routes_of(instance: RoutingInstance, tours: Tours) -> list[Route]:
    """Read the routes from a state of the search."""
    routes = []
    for slot in range(len(tours.sums)):
        stops = tuple(int(place) for place in tours.place[slot, 1 : tours.sums[slot, LENGTH] + 1])
        if stops:
            routes.append(Route(day=slot // instance.vehicles, stops=stops))
    return routes


def solve(instance: RoutingInstance, seconds: float, seed: int) -> list[Route]:
    """Search with the kernel for a time, counted from the start of laying the instance out."""
    budget = CpuSeconds(seconds)
    problem = problem_of(instance)
    scale = float(problem.accounts[:, MISS_COST].mean()) if instance.optional else 0.0
    return routes_of(instance, search_population(problem, budget, seed, scale=scale))


def load_engine() -> None:
    """Compile the kernels before any time is taken."""
    customer = Customer(number=1, x=1.0, y=0.0, service=0.0, demand=1.0, patterns=((0,),), opens=0.0, closes=9.0)
    tiny = RoutingInstance(
        name="tiny", vehicles=1, max_duration=(math.inf,), capacity=(1.0,), optional=False, decimals=None,
        best_known=None, customers=(replace(customer, number=0, demand=0.0, patterns=()), customer),
    )  # fmt: skip
    search_population(problem_of(tiny), Rounds(total=20_000), 1)
