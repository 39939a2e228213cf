"""Measure teams of different size on a firm's data, homes chosen freely for each."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from optimizer.interruption import requested
from optimizer.progress import Observer
from optimizer.siting.instance import SitingInstance
from optimizer.siting.sizing import TeamSize, size_team
from optimizer.solving import SolverSettings
from scenarios.assemble_siting import home_places
from scenarios.checking import CheckedData
from scenarios.schema import BalanceMeasureName, Scenario
from scenarios.travel import Floats
from scenarios.workload import estimate_workload


def hours_of_a_rep(reps: pd.DataFrame) -> float:
    """Give the weekly hours of an ordinary rep: the median."""
    return float(reps["hours_per_week"].median())


def measure_teams(
    data: CheckedData,
    rules: pd.DataFrame,
    instance: SitingInstance,
    counts: Sequence[int],
    scenario: Scenario,
    *,
    settings: SolverSettings,
    observer: Observer,
) -> tuple[TeamSize, ...]:
    """Choose homes and territories for each number of reps, and count everybody's hours with the ways from there.

    While homes are chosen their ways are not known, so that balance is judged again afterwards: `max_deviation` of the
    workload is that of the hours told.

    Parameters
    ----------
    rules
        Visit rules of the accounts, see `scenarios.workload.visit_rules`.
    instance
        See `assemble_siting.assemble_sizing`.
    counts
        Numbers of reps, ascending.
    """
    weekly = hours_of_a_rep(data.reps)
    capacity = weekly * scenario.tours.weeks
    teams = list[TeamSize]()
    for number, count in enumerate(counts):
        if requested():
            break
        observer.report(f"{count} reps", share_done=number / len(counts))
        (size,) = size_team(instance, [count], settings, area_hours=np.zeros(instance.n_areas), capacity_hours=capacity)
        teams.append(_with_hours(size, instance, data, rules, scenario=scenario, weekly=weekly))
    return tuple(teams)


def _with_hours(
    size: TeamSize,
    instance: SitingInstance,
    data: CheckedData,
    rules: pd.DataFrame,
    *,
    scenario: Scenario,
    weekly: float,
) -> TeamSize:
    """Count the hours of each rep from the homes of the plan."""
    plan = size.result.plan or size.result.closest
    if plan is None:
        raise AssertionError("location always makes a plan, if only the closest")
    lon, lat = home_places(data.areas)
    homes = instance.candidates[plan.homes]
    team = pd.DataFrame({"lon": lon[homes], "lat": lat[homes], "hours_per_week": weekly, "working_days": ""})
    hours: Floats = estimate_workload(data.accounts, team, rules, scenario)
    area = pd.Index(instance.area_ids).get_indexer(pd.Index(data.accounts["area_id"]))
    each = np.bincount(plan.home_of_area[area], weights=hours, minlength=size.reps).astype(np.float64)
    worst = float(np.abs(each / max(float(each.mean()), 1e-9) - 1.0).max())
    deviations = tuple(
        worst if measure.name == BalanceMeasureName.WORKLOAD else known
        for measure, known in zip(instance.measures, size.max_deviation, strict=True)
    )
    return replace(size, hours=each, max_deviation=deviations)
