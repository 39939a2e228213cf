"""The tiny firm with its tables checked once, for tests of the planner's rules."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from optimizer.solving import Effort, SolverSettings
from scenarios.assemble_territories import AssembledTerritories, assemble_territories
from scenarios.checking import CheckedData, check_data
from scenarios.faults import ScenarioError
from scenarios.loading import load_scenario
from scenarios.planner_checks import check_planner_rules
from scenarios.tables import read_tables
from scenarios.travel import travel_model
from scenarios.workload import visit_rules

QUICK = SolverSettings(effort=Effort.QUICK, workers=1)
FREE = "territories.within=none"


class Firm:
    """The tiny firm, its tables checked once; each account has a potential of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        loaded = load_scenario(path)
        self.data: CheckedData = check_data(read_tables(loaded), loaded.scenario)
        self.rules = visit_rules(self.data.accounts, loaded.scenario)
        count = len(self.data.accounts)
        self.potential = pd.DataFrame(
            {"potential": 100.0 + np.arange(count), "workload_hours": 2.0 + np.arange(count) % 3}
        )

    def problem(self, *sets: str, data: CheckedData | None = None) -> AssembledTerritories:
        """Assemble the problem under changed rules."""
        loaded = load_scenario(self.path, sets=sets)
        data = data or self.data
        check_planner_rules(loaded, data)
        return assemble_territories(data, self.potential, self.rules, travel_model(loaded.scenario.travel), loaded)

    def faults(self, *sets: str) -> list[str]:
        """Collect what is told about the rules."""
        with pytest.raises(ScenarioError) as caught:
            self.problem(*sets)
        return [f"{fault.key}: {fault.message}" for fault in caught.value.faults]


def today(firm, *, nobody=(), rep_of=None):
    """Return the firm's data with another alignment: some reps without any area."""
    areas = firm.data.areas.copy()
    if rep_of is not None:
        areas["current_rep_id"] = [rep_of(area, rep) for area, rep in areas[["area_id", "current_rep_id"]].to_numpy()]
    areas["current_rep_id"] = areas["current_rep_id"].where(~areas["current_rep_id"].isin(nobody), "")
    fields = {name: getattr(firm.data, name) for name in firm.data.__slots__}
    return CheckedData(**{**fields, "areas": areas})


def edges_of(problem):
    """Return the ids of neighbouring areas."""
    ids = problem.instance.area_ids
    return {(ids[a], ids[b]) for a, b in problem.instance.edges.tolist()}


def measure_of(problem, name):
    """Return one measure."""
    return next(measure for measure in problem.instance.measures if measure.name == name)
