"""The verifier agrees with a naive twin on good plans and on broken ones."""

import numpy as np
import pytest

from optimizer.solving import Effort, SolverSettings
from optimizer.territory.plan import TerritoryPlan
from optimizer.territory.search import design_territories
from optimizer.territory.verify import verify
from tests.optimizer.territory.naive_rules import broken_rules
from tests.optimizer.territory.tiny_maps import tiny

QUICK = SolverSettings(effort=Effort.QUICK, workers=1)
SCRIBBLES = 20
"""Random labellings of each map."""


def verifier_and_twin_agree(seed, *, explain=True):
    """Assert that both name the same rules on random labellings, and nothing on a plan of the search."""
    instance = tiny(seed)
    rng = np.random.default_rng(seed)
    for _ in range(SCRIBBLES):
        reps = rng.integers(0, instance.n_reps, instance.n_areas)
        if rng.random() < 0.7:
            reps[instance.home_areas] = np.arange(instance.n_reps)
        named = {violation.rule for violation in verify(instance, TerritoryPlan(rep_of_area=reps))}
        assert named == broken_rules(instance, reps)
    result = design_territories(instance, QUICK, explain=explain)
    shown = result.plan or result.closest
    assert {violation.rule for violation in result.violations} == broken_rules(instance, shown.rep_of_area)
    assert (result.plan is None) == bool(result.violations)


@pytest.mark.parametrize("seed", range(500, 540))
def test_verifier_agrees_with_its_twin(seed):
    """On a few dozen maps with random rules; explaining why there is no plan, the dear part, on every fourth."""
    verifier_and_twin_agree(seed, explain=seed % 4 == 0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3000, 4000))
def test_verifier_agrees_with_its_twin_on_many(seed):
    """On a thousand maps more; explaining why there is no plan, the dear part, on every tenth."""
    verifier_and_twin_agree(seed, explain=seed % 10 == 0)
