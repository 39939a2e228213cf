"""Check routes against an instance and measure them, in plain Python that shares nothing with the optimizer."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.tours_readers import RoutingInstance

TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The customers of one vehicle on one day, as positions in `RoutingInstance.customers`."""

    day: int
    stops: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the routes are worth."""

    objective: float
    """Distance, or profit where customers are optional."""
    faults: tuple[str, ...]
    """Broken rules in words; none when the routes are feasible."""


def check(instance: RoutingInstance, routes: Sequence[Route]) -> Checked:
    """Measure routes and name every broken rule."""
    faults: list[str] = []
    visits: dict[int, list[int]] = {}
    distance = 0.0
    for day in range(instance.days):
        used = sum(route.day == day and bool(route.stops) for route in routes)
        if used > instance.vehicles:
            faults.append(f"day {day}: {used} routes, {instance.vehicles} vehicles")
    for route in routes:
        path = (0, *route.stops, 0)
        distance += sum(instance.distance(a, b) for a, b in pairwise(path))
        faults += _route_faults(instance, route)
        for stop in route.stops:
            visits.setdefault(stop, []).append(route.day)
    profit = 0.0
    for position, customer in enumerate(instance.customers[1:], start=1):
        days = tuple(sorted(visits.get(position, ())))
        if instance.optional and not days:
            continue
        if days not in customer.patterns:
            faults.append(f"customer {customer.number}: visited on days {days}, allowed {customer.patterns}")
        profit += customer.demand
    return Checked(objective=profit if instance.optional else distance, faults=tuple(faults))


def _route_faults(instance: RoutingInstance, route: Route) -> list[str]:
    faults = []
    load = sum(instance.customers[stop].demand for stop in route.stops)
    if not instance.optional and load > instance.capacity[route.day] + TOLERANCE:
        faults.append(f"day {route.day}: load {load} of {instance.capacity[route.day]}")
    duration = shortest_duration(instance, route.stops)
    if duration is None:
        faults.append(f"day {route.day}: a time window is missed")
    elif duration > instance.max_duration[route.day] + TOLERANCE:
        faults.append(f"day {route.day}: {duration:.3f} of {instance.max_duration[route.day]} long")
    return faults


def shortest_duration(instance: RoutingInstance, stops: Sequence[int]) -> float | None:
    """Return the least time from departure to return over all departures; `None` when a window is missed.

    The first run leaves as early as possible and gives the earliest return; going backward from there gives the latest
    departure that still returns then, and no departure makes the route shorter: a later return adds at least as much.
    """
    depot = instance.customers[0]
    now, here = depot.opens, 0
    for stop in stops:
        customer = instance.customers[stop]
        now = max(now + instance.distance(here, stop), customer.opens)
        if now > customer.closes + TOLERANCE:
            return None
        now, here = now + customer.service, stop
    back = now + instance.distance(here, 0)
    if back > depot.closes + TOLERANCE:
        return None
    leave, here = back, 0
    for stop in reversed(stops):
        customer = instance.customers[stop]
        leave = min(leave - instance.distance(stop, here) - customer.service, customer.closes)
        here = stop
    return back - (leave - instance.distance(0, here))
