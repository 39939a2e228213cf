"""Solve periodic routing instances with other people's libraries: greedy patterns with PyVRP, and OR-Tools routing."""

import math
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from benchmarks.tours_check import Route
from benchmarks.tours_readers import RoutingInstance

UNITS = 1_000
"""Whole units to a unit of distance."""
FAR = 1 << 40

Solver = Callable[[RoutingInstance, float, int], list[Route]]


def greedy_with_pyvrp(instance: RoutingInstance, seconds: float, seed: int) -> list[Route]:
    """Choose patterns by cheapest insertion, then route every day with PyVRP for an equal share of the time."""
    started = time.process_time()
    chosen = greedy_patterns(instance)
    routes = []
    for day in range(instance.days):
        left = seconds - (time.process_time() - started)
        positions = [p for p, pattern in chosen.items() if day in pattern]
        if positions:
            routes += _pyvrp_day(instance, day, positions, max(0.1, left / (instance.days - day)), seed)
    return routes


def greedy_patterns(instance: RoutingInstance) -> dict[int, tuple[int, ...]]:
    """Give each customer, most visits and largest load first, the pattern whose days' round trips grow least.

    Each day holds one round trip through its customers; a day whose load nears that of all vehicles is avoided.
    """
    trips: list[list[int]] = [[0, 0] for _ in range(instance.days)]
    loads = [0.0] * instance.days
    chosen: dict[int, tuple[int, ...]] = {}
    customers = instance.customers

    def order(position: int) -> tuple[int, float]:
        return -customers[position].frequency, -customers[position].demand

    for position in sorted(range(1, len(customers)), key=order):
        best: tuple[float, tuple[int, ...], list[int]] | None = None
        for pattern in customers[position].patterns:
            cost, places = 0.0, []
            for day in pattern:
                extra, place = min(
                    (instance.distance(a, position) + instance.distance(position, b) - instance.distance(a, b), i)
                    for i, (a, b) in enumerate(pairwise(trips[day]))
                )
                capacity = instance.vehicles * instance.capacity[day]
                share = (loads[day] + customers[position].demand) / capacity if math.isfinite(capacity) else 0.0
                cost += extra + (1e6 * share if share > 0.95 else 0.0)
                places.append(place)
            if best is None or cost < best[0]:
                best = (cost, pattern, places)
        if best is not None:
            chosen[position] = best[1]
            for day, place in zip(best[1], best[2], strict=True):
                trips[day].insert(place + 1, position)
                loads[day] += customers[position].demand
    return chosen


class CpuLimit:
    """A stopping criterion of PyVRP: CPU time, where its own counts the clock."""

    def __init__(self, seconds: float) -> None:
        self._until = time.process_time() + seconds

    def __call__(self, best_cost: float) -> bool:
        """Tell whether to stop."""
        del best_cost
        return time.process_time() >= self._until


def _pyvrp_day(instance: RoutingInstance, day: int, positions: list[int], seconds: float, seed: int) -> list[Route]:
    import pyvrp  # noqa: PLC0415 -- a peer, not a dependency

    model = pyvrp.Model()
    depot, capacity, longest = instance.customers[0], instance.capacity[day], instance.max_duration[day]
    # PyVRP names its locations by index, the depot first.
    extras: dict[str, Any] = {}
    if math.isfinite(longest):
        extras["shift_duration"] = int(longest * UNITS)
    if math.isfinite(depot.closes):
        extras |= {"tw_early": int(depot.opens * UNITS), "tw_late": int(depot.closes * UNITS)}
    if math.isfinite(capacity):
        extras["capacity"] = int(capacity)
    places = [(0, model.add_location(depot.x, depot.y))]
    model.add_depot(places[0][1])
    model.add_vehicle_type(instance.vehicles, **extras)
    for position in positions:
        customer = instance.customers[position]
        window: dict[str, Any] = {"tw_early": int(customer.opens * UNITS)}
        if math.isfinite(customer.closes):
            window["tw_late"] = int(customer.closes * UNITS)
        location = model.add_location(customer.x, customer.y)
        model.add_client(
            location, delivery=int(customer.demand), service_duration=math.ceil(customer.service * UNITS), **window
        )
        places.append((position, location))
    for a, one in places:
        for b, other in places:
            if a != b:
                way = math.ceil(instance.distance(a, b) * UNITS)
                model.add_edge(one, other, distance=way, duration=way)
    found = model.solve(CpuLimit(seconds), seed=seed, display=False).best
    return [
        Route(day=day, stops=tuple(positions[activity.idx] for activity in route if activity.is_client()))
        for route in found.routes()
    ]


def ortools_whole(  # noqa: C901, PLR0915 -- one model, told in its order
    instance: RoutingInstance, seconds: float, seed: int
) -> list[Route]:
    """Model vehicles of all days at once with OR-Tools routing: every visit a node, patterns as constraints."""
    del seed  # the routing library takes none
    copies = [
        (position, day)
        for position, customer in enumerate(instance.customers)
        if position > 0
        for day in sorted({day for pattern in customer.patterns for day in pattern})
    ]
    vehicles = [day for day in range(instance.days) for _ in range(instance.vehicles)]
    manager = pywrapcp.RoutingIndexManager(len(copies) + 1, len(vehicles), 0)
    routing = pywrapcp.RoutingModel(manager)
    spots = [0, *(position for position, _ in copies)]
    whole = [
        [math.ceil(instance.distance(a, b) * UNITS) for b in range(len(instance.customers))]
        for a in range(len(instance.customers))
    ]
    service = [math.ceil(instance.customers[spot].service * UNITS) for spot in spots]
    demand = [0, *(int(instance.customers[position].demand) for position, _ in copies)]

    def way(i: int, j: int) -> int:
        length: int = whole[spots[manager.IndexToNode(i)]][spots[manager.IndexToNode(j)]]
        return length

    def time_over(i: int, j: int) -> int:
        stay: int = service[manager.IndexToNode(i)]
        return way(i, j) + stay

    def load(i: int) -> int:
        visit: int = demand[manager.IndexToNode(i)]
        return visit

    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitCallback(way))
    limits = [int(instance.capacity[day]) if math.isfinite(instance.capacity[day]) else FAR for day in vehicles]
    routing.AddDimensionWithVehicleCapacity(routing.RegisterUnaryTransitCallback(load), 0, limits, True, "load")
    depot = instance.customers[0]
    horizon = int(depot.closes * UNITS) if math.isfinite(depot.closes) else FAR
    routing.AddDimension(routing.RegisterTransitCallback(time_over), horizon, horizon, False, "time")
    clock = routing.GetDimensionOrDie("time")
    for vehicle, day in enumerate(vehicles):
        if math.isfinite(instance.max_duration[day]):
            clock.SetSpanUpperBoundForVehicle(int(instance.max_duration[day] * UNITS), vehicle)
    solver = routing.solver()
    for node, (position, day) in enumerate(copies, start=1):
        index, customer = manager.NodeToIndex(node), instance.customers[position]
        routing.AddDisjunction([index], 0)
        routing.VehicleVar(index).SetValues([-1, *(v for v, own in enumerate(vehicles) if own == day)])
        if math.isfinite(customer.closes):
            clock.CumulVar(index).SetRange(int(customer.opens * UNITS), int(customer.closes * UNITS))
    for position, customer in enumerate(instance.customers):
        own = {day: manager.NodeToIndex(n) for n, (p, day) in enumerate(copies, start=1) if p == position}
        if own:
            active = [routing.ActiveVar(index) for index in own.values()]
            allowed = [tuple(int(day in pattern) for day in own) for pattern in customer.patterns]
            solver.Add(solver.AllowedAssignments(active, allowed))
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    # On p02 the other strategies that were tried found no first solution at all.
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.LOCAL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(int(seconds * 10_000))  # by the clock; the limit below counts CPU time
    until = time.process_time() + seconds
    routing.AddSearchMonitor(solver.CustomLimit(lambda: time.process_time() >= until))
    answer = routing.SolveWithParameters(parameters)
    if answer is None:
        return []
    routes = []
    for vehicle, day in enumerate(vehicles):
        stops, index = [], answer.Value(routing.NextVar(routing.Start(vehicle)))
        while not routing.IsEnd(index):
            stops.append(spots[manager.IndexToNode(index)])
            index = answer.Value(routing.NextVar(index))
        if stops:
            routes.append(Route(day=day, stops=tuple(stops)))
    return routes


PEERS: dict[str, Solver] = {"greedy patterns + PyVRP": greedy_with_pyvrp, "OR-Tools routing": ortools_whole}
"""Peers of the periodic forms by the name they have in the table."""
