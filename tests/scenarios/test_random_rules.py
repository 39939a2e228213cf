"""Random scenarios on the tiny firm: whatever the rules, the plan is what the verifier and its twin say it is."""

import numpy as np
import pandas as pd
import pytest

from optimizer.solving import Effort, SolverSettings, Status
from optimizer.territory.search import design_territories
from optimizer.territory.verify import verify
from scenarios.assemble_territories import AssembledTerritories, rep_of_accounts
from scenarios.faults import ScenarioError
from tests.builders import tiny_case
from tests.optimizer.territory.naive_rules import broken_rules
from tests.scenarios.ruled_firm import Firm

QUICK = SolverSettings(effort=Effort.QUICK, workers=1)


@pytest.fixture(scope="module")
def firm(tmp_path_factory) -> Firm:
    return Firm(tiny_case(tmp_path_factory.mktemp("tiny")))


def random_rules(rng: np.random.Generator, firm: Firm) -> list[str]:
    """Draw a `territories` section as a planner might write it, each key in a third of the scenarios."""
    areas, reps = firm.data.areas["area_id"].tolist(), firm.data.reps["rep_id"].tolist()
    area, other, rep = (str(rng.choice(words)) for words in (areas, areas, reps))
    account = str(rng.choice(firm.data.accounts["account_id"].to_numpy()))
    tolerance, share = float(rng.choice([0.15, 0.3, 0.6])), float(rng.choice([0.5, 0.8]))
    measures = rng.choice(["potential", "workload", "accounts"], int(rng.integers(1, 3)), replace=False)
    balance = ", ".join(
        f"{name}: {{tolerance: {tolerance}, share_by: equal, shares: {{{rep}: {share}}}}}" for name in measures
    )
    lines = [
        f"mode={rng.choice(['improve', 'from_scratch'])}",
        f"contiguous={'true' if rng.random() < 0.5 else 'false'}",
        f"within={rng.choice(['none', 'region'])}",
        f"objective.cost.distance={rng.choice(['linear', 'squared'])}",
        f"objective.cost.weigh_by={rng.choice(['workload', 'potential', 'nothing'])}",
        f'locks=[{{area: "{area}", rep: {rep}}}]',
        f'forbidden=[{{area: "{other}", rep: {rep}}}]',
        f"max_drive_minutes={int(rng.choice([20, 30, 40]))}",
        f"disruption={{measure: {rng.choice(['potential', 'accounts', 'areas'])}, price: 0.4, cap: {share / 2}}}",
        f"keep_together=[{{by: region, price: {int(rng.integers(1, 200))}}}]",
        f"freeze=[{rep}]",
        f'account_exceptions=[{{account: "{account}", rep: {rep}}}]',
        f'barriers.pairs=[{{areas: ["{area}", "{other}"]}}]',
        f'links=[{{areas: ["{areas[0]}", "{areas[-1]}"]}}]',
    ]
    chosen = [line for line in lines if rng.random() < 1 / 3]
    return [f"territories.{line}" for line in [f"balance={{{balance}}}", *chosen]]


def problem_or_faults(firm: Firm, sets: list[str]) -> tuple[AssembledTerritories | None, list[str]]:
    """Assemble a problem, or give the keys of what is wrong."""
    try:
        return firm.problem(*sets), []
    except ScenarioError as error:
        return None, [fault.key for fault in error.faults]


def holds(firm: Firm, seed: int, *, explain: bool = True) -> str:
    """Assert what must hold of any scenario, and tell how it ended; explanations are the dear part of a small map."""
    rng = np.random.default_rng(seed)
    sets = random_rules(rng, firm)
    problem, keys = problem_or_faults(firm, sets)
    assert all(key.startswith(("territories.", "data.reps")) for key in keys)
    if problem is None:
        return "fault"
    instance = problem.instance
    result = design_territories(instance, QUICK, start=problem.start, explain=explain)
    shown = result.plan or result.closest
    assert {v.rule for v in verify(instance, shown)} == broken_rules(instance, shown.rep_of_area)
    assert (result.status in {Status.OPTIMAL, Status.FEASIBLE}) == (result.plan is not None)
    if result.plan is None:
        assert result.conflicts or not explain
        return "none"
    assert verify(instance, result.plan) == ()
    assert result.bound <= result.objective + 1e-6
    owners = pd.Series(rep_of_accounts(instance, result.plan, firm.data, problem.account_reps))
    for measure in instance.measures:
        if measure.name == "potential":
            held = (
                firm.potential["potential"].groupby(owners.to_numpy()).sum().reindex(instance.rep_ids, fill_value=0.0)
            )
            whole = held.to_numpy() * measure.scale
            assert (whole >= measure.lower - instance.n_areas).all()
            assert (whole <= measure.upper + instance.n_areas).all()
    return "plan"


@pytest.mark.parametrize("seed", range(8))
def test_plans_of_random_scenarios_keep_every_rule(firm, seed):
    """A plan keeps every rule, or there is none and a reason; the sums of the owners' accounts agree."""
    holds(firm, seed)


@pytest.mark.slow
def test_plans_of_a_thousand_random_scenarios_keep_every_rule(firm):
    """The same a thousand times, with every tenth lack of a plan explained; all endings occur."""
    endings = [holds(firm, seed, explain=seed % 10 == 0) for seed in range(5000, 6000)]
    assert min(endings.count(ending) for ending in ("plan", "none", "fault")) >= 10
