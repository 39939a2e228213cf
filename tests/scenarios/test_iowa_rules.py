"""Every rule at once on Iowa: the plan keeps them all, and each binds when it is tightened."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from optimizer.solving import Effort, SolverSettings, Violation
from optimizer.territory.bound import relax
from optimizer.territory.conflicts import certain_conflicts
from optimizer.territory.instance import IntArray, TerritoryInstance
from optimizer.territory.plan import TerritoryPlan
from optimizer.territory.search import design_territories
from optimizer.territory.units import condense
from optimizer.territory.verify import verify
from scenarios.assemble_territories import AssembledTerritories, assemble_territories
from scenarios.checking import check_data
from scenarios.loading import load_scenario
from scenarios.planner_checks import check_planner_rules
from scenarios.schema import BalanceMeasureName
from scenarios.tables import read_tables
from scenarios.travel import travel_model
from scenarios.workload import estimate_workload, visit_rules
from tests.optimizer.territory.naive_rules import broken_rules

pytestmark = [pytest.mark.slow, pytest.mark.cases]

SCENARIO = Path(__file__).parents[2] / "scenarios" / "iowa_rules.yaml"
QUICK = SolverSettings(effort=Effort.QUICK, workers=2)


class Iowa:
    """Iowa's tables, checked once; the sales of each shop stand for its potential."""

    def __init__(self) -> None:
        loaded = load_scenario(SCENARIO)
        self.data = check_data(read_tables(loaded), loaded.scenario)
        self.rules = visit_rules(self.data.accounts, loaded.scenario)
        sold = self.data.sales[self.data.sales["week"] > self.data.sales["week"].max() - pd.Timedelta(weeks=52)]
        sales = sold.groupby("account_id", observed=True)["sales"].sum()
        self.potential = pd.DataFrame(
            {
                "potential": self.data.accounts["account_id"].map(sales).astype(float).fillna(0.0) / 4,
                "workload_hours": estimate_workload(self.data.accounts, self.data.reps, self.rules, loaded.scenario),
            }
        )
        self.base = self.problem()
        self.result = design_territories(self.base.instance, QUICK, start=self.base.start)

    def problem(self, *sets: str) -> AssembledTerritories:
        """Assemble the problem under changed rules."""
        loaded = load_scenario(SCENARIO, sets=sets)
        check_planner_rules(loaded, self.data)
        return assemble_territories(self.data, self.potential, self.rules, travel_model(loaded.scenario.travel), loaded)


@pytest.fixture(scope="module")
def iowa(shared) -> Iowa:
    assert shared.is_dir()
    return Iowa()


def border_area(iowa: Iowa) -> tuple[str, str, str]:
    """Return an area that is nobody's home, its rep, and the rep of a neighbouring area; ids."""
    instance, owner = iowa.base.instance, iowa.result.plan.rep_of_area
    free = [instance.together[a] < 0 and a not in instance.home_areas for a in range(instance.n_areas)]
    for a, b in instance.edges.tolist():
        if free[a] and owner[a] != owner[b]:
            return instance.area_ids[a], instance.rep_ids[owner[a]], instance.rep_ids[owner[b]]
    raise AssertionError("all territories are apart")


def only_way(iowa: Iowa) -> tuple[str, str]:
    """Return two neighbours of one territory of which the first has no other neighbour in it; ids."""
    instance, owner = iowa.base.instance, iowa.result.plan.rep_of_area
    for area in range(instance.n_areas):
        pairs = instance.edges[(instance.edges == area).any(axis=1)]
        inside = [int(b) for b in pairs[pairs != area] if owner[b] == owner[area]]
        if len(inside) == 1 and area not in instance.home_areas:
            return instance.area_ids[area], instance.area_ids[inside[0]]
    raise AssertionError("no area hangs on one neighbour")


def shared_county(iowa: Iowa) -> str:
    """Return the county that most reps share."""
    county = iowa.data.areas["district"]
    return str(pd.Series(iowa.result.plan.rep_of_area).groupby(county.to_numpy()).nunique().idxmax())


def kept_together(iowa: Iowa, county: str) -> str:
    """Return the rule with one exception fewer."""
    loaded = load_scenario(SCENARIO)
    rule = loaded.scenario.territories.keep_together[0]
    left = ", ".join(f'"{other}"' for other in rule.except_for if other != county)
    return f"keep_together=[{{by: district, except_for: [{left}]}}]"


def less_time(iowa: Iowa) -> str:
    """Return the shares of the scenario with a tenth less for the rep who holds the most for his target."""
    potential = next(measure for measure in iowa.base.instance.measures if measure.name == "potential")
    held = np.bincount(iowa.result.plan.rep_of_area, weights=potential.amounts) + potential.fixed
    rep = iowa.base.instance.rep_ids[(held / potential.targets).argmax()]
    shares = dict(load_scenario(SCENARIO).scenario.territories.balance[BalanceMeasureName.POTENTIAL].shares)
    shares[rep] = 0.9 * shares.get(rep, 1.0)
    return ", ".join(f"{key}: {share:.2f}" for key, share in shares.items())


def tightened(iowa: Iowa, rule: str) -> str:
    """Return a change of the scenario that the plan does not keep."""
    instance, owner = iowa.base.instance, iowa.result.plan.rep_of_area
    area, rep, other = border_area(iowa)
    one, two = only_way(iowa)
    longest = int(instance.drive_minutes[np.arange(instance.n_areas), owner].max())
    moved = int(((instance.current_rep >= 0) & (instance.current_rep != owner)).sum())
    changes = {
        "locks_hold": f"locks=[{{area: {area}, rep: {other}}}]",
        "forbidden_pairs_are_kept": f"forbidden=[{{area: {area}, rep: {rep}}}]",
        "drives_are_short_enough": f"max_drive_minutes={longest - 1}",
        "groups_are_kept_together": kept_together(iowa, shared_county(iowa)),
        "territories_are_contiguous": f"barriers.pairs=[{{areas: [{one}, {two}], name: a closed bridge}}]",
        "few_areas_change_hands": f"disruption.cap={(moved - 1) / instance.n_areas:.4f}",
        "part time": f"balance.potential.shares={{{less_time(iowa)}}}",
        "account exceptions": 'account_exceptions=[{account: "2633", rep: R18}]',
    }
    return f"territories.{changes[rule]}"


def concerned(instance: TerritoryInstance, plan: TerritoryPlan, violations: Sequence[Violation]) -> IntArray:
    """Return the reps of what breaks a rule and of the territories beside theirs, ascending; else those that gained."""
    owner, of_rep = plan.rep_of_area, {name: rep for rep, name in enumerate(instance.rep_ids)}
    of_area = {name: area for area, name in enumerate(instance.area_ids)}
    inside = np.zeros(instance.n_reps, dtype=bool)
    for violation in violations:
        if violation.subject in of_rep:
            inside[of_rep[violation.subject]] = True
        elif violation.subject in of_area:
            area = of_area[violation.subject]
            group = instance.together == instance.together[area] if instance.together[area] >= 0 else [area]
            inside[owner[group]] = True
            inside[instance.locks[instance.locks[:, 0] == area, 1]] = True
        else:
            gained = owner[(instance.current_rep >= 0) & (instance.current_rep != owner)]
            inside[np.bincount(gained, minlength=instance.n_reps).argmax()] = True
    borders = owner[instance.edges]
    touching = borders[inside[borders].any(axis=1)]
    return np.union1d(np.flatnonzero(inside), touching)


def elsewhere_as_it_is(instance: TerritoryInstance, plan: TerritoryPlan, reps: IntArray) -> TerritoryInstance:
    """Return the instance with all other reps' areas locked: a plan of it is a plan of the whole, and found sooner."""
    kept = np.flatnonzero(~np.isin(plan.rep_of_area, reps))
    locks = np.vstack([instance.locks.reshape(-1, 2), np.column_stack([kept, plan.rep_of_area[kept]])])
    return replace(instance, locks=np.unique(locks, axis=0))


def test_the_plan_keeps_every_rule(iowa):
    """Locks, part-time reps, the cap of a fifth, drives, counties, exceptions: verified twice, and the cap is felt."""
    instance, plan = iowa.base.instance, iowa.result.plan
    assert plan is not None
    assert verify(instance, plan) == ()
    assert broken_rules(instance, plan.rep_of_area) == set()
    moved = ((instance.current_rep >= 0) & (instance.current_rep != plan.rep_of_area)).mean()
    assert moved <= 0.20


RULES: dict[str, str] = {
    "locks_hold": "locks_hold",
    "forbidden_pairs_are_kept": "forbidden_pairs_are_kept",
    "drives_are_short_enough": "drives_are_short_enough",
    "groups_are_kept_together": "groups_are_kept_together",
    "territories_are_contiguous": "territories_are_contiguous",
    "few_areas_change_hands": "few_areas_change_hands",
    "part time": "territories_are_balanced",
    "account exceptions": "territories_are_balanced",
}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_binds_when_tightened(iowa, rule):
    """The plan breaks the tighter rule, as the verifier says; another one keeps all, or none is proven to."""
    tight, plan = iowa.problem(tightened(iowa, rule)).instance, iowa.result.plan
    violations = verify(tight, plan)
    assert {violation.rule for violation in violations} == {RULES[rule]}
    if certain := certain_conflicts(tight, condense(tight)):
        assert any(RULES[rule] in conflict.rules for conflict in certain)
        return
    near = elsewhere_as_it_is(tight, plan, concerned(tight, plan, violations))
    found = design_territories(near, QUICK, start=plan, explain=False)
    assert found.plan is not None
    assert (found.plan.rep_of_area != plan.rep_of_area).any()
    assert verify(tight, found.plan) == ()
    assert broken_rules(tight, found.plan.rep_of_area) == set()


@pytest.mark.parametrize("rule", ["drives_are_short_enough", "groups_are_kept_together", "few_areas_change_hands"])
def test_a_tighter_rule_never_lowers_the_bound(iowa, rule):
    """The relaxation with the tighter rule costs at least as much, or has no solution at all."""
    loose, tight = (relax(condense(problem.instance)) for problem in (iowa.base, iowa.problem(tightened(iowa, rule))))
    scales = [condense(problem.instance).cost_scale for problem in (iowa.base, iowa.problem(tightened(iowa, rule)))]
    assert not tight.feasible or tight.bound / scales[1] >= loose.bound / scales[0] - 1.0
