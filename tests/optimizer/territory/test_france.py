"""The communes of France: the case is as described, its bound at least as published, its plans keep every rule."""

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.territory_check import homes_held, loose_areas
from benchmarks.territory_france import add_arguments, first_from_the_north, instance_of, read_communes, run
from optimizer.solving import Effort, SolverSettings
from optimizer.territory.bound import relax
from optimizer.territory.search import design_territories
from optimizer.territory.units import condense
from optimizer.territory.warmstart import mended

CASE = Path(__file__).resolve().parents[4] / "shared" / "cases" / "france"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.cases,
    pytest.mark.skipif(not CASE.exists(), reason="the French case is not at hand"),
]


def test_mainland_is_the_one_described():
    """34,334 communes that hang together, 200 homes; the bound is 4.4 % above the unbalanced optimum."""
    communes = read_communes(CASE)
    assert len(communes.codes) == 34_334
    assert len(communes.homes) == 200
    assert not loose_areas(communes.edges.tolist(), [0] * 34_334, [0])
    problem = condense(instance_of(communes))
    bound = relax(problem).bound / 1000
    assert bound >= 894_060
    assert bound / (problem.cost.min(axis=1).sum() / 1000) == pytest.approx(1.044, abs=0.001)


def test_divided_optimum_of_the_north_is_made_connected():
    """About 5,000 communes: the divided optimum, rounded and mended, is connected and near the bound."""
    communes = first_from_the_north(read_communes(CASE), 5000, 29)
    problem = condense(instance_of(communes))
    relaxation = relax(problem)
    labels = mended(problem, relaxation.reduced_cost, relaxation.shares.argmax(axis=1))
    homes = communes.homes.tolist()
    assert homes_held(labels.tolist(), homes)
    assert not loose_areas(communes.edges.tolist(), labels.tolist(), homes)
    assert problem.total_cost(labels) <= 1.02 * relaxation.value


@pytest.mark.parametrize(("areas", "gap"), [(5000, 0.03), (34_334, 0.015)], ids=["north", "mainland"])
def test_finished_plan_keeps_every_rule_near_the_bound(areas, gap):
    """Every territory inside ± 5 % on both measures, in one piece around its home; limits on the gap are loose."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    (row,) = run(parser.parse_args([str(CASE), "--areas", str(areas), "--seconds", "1800"]))
    assert row["status"] == "feasible"
    assert row["max_deviation"] <= 0.05
    assert row["contiguous"]
    assert 0.0 <= row["gap"] <= gap


def test_cut_keeps_homes_in_every_region():
    """Of 71 homes among the first 10,000 communes 58 stay, from the first to the last degree of latitude."""
    communes = read_communes(CASE)
    cut = first_from_the_north(communes, 10_000, 58)
    inside = set(cut.codes) & {communes.codes[home] for home in communes.homes.tolist()}
    assert len(inside) == 71
    assert len(cut.homes) == len(set(cut.homes.tolist())) == 58
    assert {cut.codes[home] for home in cut.homes.tolist()} <= inside
    for region in ("59", "76", "77", "91"):
        assert any(cut.codes[home].startswith(region) for home in cut.homes.tolist())


def test_plan_is_the_same_whatever_the_load_and_the_workers():
    """4,000 communes: two workers on the machine as it is, one worker beside two busy processes; nothing differs."""
    instance = instance_of(first_from_the_north(read_communes(CASE), 4000, 23))
    alone = design_territories(instance, SolverSettings(effort=Effort.QUICK, workers=2, seconds=1800.0))
    busy = [subprocess.Popen([sys.executable, "-S", "-c", "while True: pass"]) for _ in range(2)]
    try:
        crowded = design_territories(instance, SolverSettings(effort=Effort.QUICK, workers=1, seconds=1800.0))
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert alone.plan is not None
    assert crowded.plan is not None
    assert alone.plan.rep_of_area.tobytes() == crowded.plan.rep_of_area.tobytes()
    assert (alone.status, alone.bound, alone.terms) == (crowded.status, crowded.bound, crowded.terms)
