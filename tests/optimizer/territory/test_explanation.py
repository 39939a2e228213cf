"""Effects of single moves agree with the verifier and the objective, and walks with plain searches."""

import time
from dataclasses import replace

import numpy as np
import pytest

from optimizer.territory.cut_off import cut_off
from optimizer.territory.explanation import border_pairs, explain_moves, pairs_of
from optimizer.territory.instance import NO_LIMIT
from optimizer.territory.objective import terms
from optimizer.territory.plan import TerritoryPlan
from optimizer.territory.units import FAMILIES, PAIR_FAMILIES
from optimizer.territory.verify import verify
from tests.optimizer.territory.builders import from_ascii, instance_of, measure

CORRIDOR = """
[2] 1  1  1 [2]
 1  #  1  1  1
"""
SPLIT = [0, 0, 0, 1, 1, 0, 0, 1, 1]


def plan_of(reps):
    """Return a plan with the given rep of each area."""
    return TerritoryPlan(rep_of_area=np.array(reps, dtype=np.int64))


def random_case(seed):
    """Return a small map with a random choice of rules on, and a random plan that holds the homes."""
    rng = np.random.default_rng(seed)
    rows = [[f" {rng.integers(1, 9)} " for _ in range(4)] for _ in range(3)]
    homes = rng.choice(12, 3, replace=False)
    for home in homes:
        rows[home // 4][home % 4] = f"[{rng.integers(1, 9)}]"
    reps, areas = 3, 12
    on = rng.random(8) < 0.6
    instance = from_ascii(
        "\n".join("".join(row) for row in rows),
        tolerance=0.5,
        contiguous=bool(on[0]),
        area_group=rng.integers(0, 2, areas),
        rep_group=rng.integers(-1, 2, reps) if on[1] else np.full(reps, -1),
        together=rng.integers(-1, 4, areas) if on[2] else np.full(areas, -1),
        locks=np.column_stack([rng.choice(areas, 2, replace=False), rng.integers(0, reps, 2)]) if on[3] else EMPTY,
        forbidden=np.column_stack([rng.choice(areas, 3), rng.integers(0, reps, 3)]) if on[4] else EMPTY,
        max_drive_minutes=3 if on[5] else NO_LIMIT,
        current_rep=rng.integers(-1, reps, areas),
        moved_amount=rng.integers(0, 9, areas),
        move_weight=0.5,
        moved_limit=int(rng.integers(5, 30)) if on[6] else NO_LIMIT,
        split_group=rng.integers(-1, 3, areas),
        split_price=7 if on[7] else 0,
    )
    measure = replace(instance.measures[0], fixed=rng.integers(0, 4, reps))
    owner = rng.integers(0, reps, areas)
    owner[instance.home_areas] = np.arange(reps)
    return replace(instance, measures=(measure,)), plan_of(owner)


EMPTY = np.zeros((0, 2), dtype=np.int64)


def amounts_broken(instance, plan):
    """Return how much of each rule and subject a plan breaks; no balance rule here has two measures."""
    return {(violation.rule, violation.subject): violation.amount for violation in verify(instance, plan)}


def naive(instance, plan, area, taker):
    """Return the cost change of one move and the rules it breaks or breaks more, by verifying both plans."""
    after = plan.rep_of_area.copy()
    after[area] = taker
    moved = plan_of(after)
    cost = [sum(term.contribution for term in terms(instance, either)) for either in (plan, moved)]
    before, now = amounts_broken(instance, plan), amounts_broken(instance, moved)
    worse = {rule for (rule, subject), amount in now.items() if amount > before.get((rule, subject), 0)}
    ids = {instance.area_ids[area], *(instance.rep_ids[r] for r in np.flatnonzero(instance.home_areas == area))}
    worse |= {rule for rule, subject in now if rule in PAIR_FAMILIES and subject in ids}
    return cost[1] - cost[0], worse


@pytest.mark.parametrize("seed", range(120))
def test_moves_agree_with_the_verifier(seed):
    """Every move of every area to every other rep, under a random choice of rules, whether or not the plan is good."""
    instance, plan = random_case(seed)
    pairs = [(a, r) for a in range(12) for r in range(3) if r != plan.rep_of_area[a] and a not in instance.home_areas]
    moves = explain_moves(instance, plan, np.array(pairs))
    for number, (area, taker) in enumerate(pairs):
        cost, worse = naive(instance, plan, area, taker)
        assert (moves.cost_change[number], set(moves.forbidden_by(number))) == (cost, worse)


def test_a_home_may_not_move():
    """The rule that homes stay is named, whatever else is wrong with the move."""
    moves = explain_moves(from_ascii(CORRIDOR), plan_of(SPLIT), np.array([[0, 1]]))
    assert "territories_hold_their_home" in moves.forbidden_by(0)


def test_areas_beyond_a_bridge_are_named():
    """A1 is all that joins A2 and A6 to the home of R0; A2 holds A6."""
    instance, plan = from_ascii(CORRIDOR), plan_of(SPLIT)
    cuts = cut_off(instance, plan)
    assert [cuts.by(area).tolist() for area in range(9)] == [[5], [2, 6], [6], [], [], [], [], [], []]


@pytest.mark.parametrize("seed", range(40))
def test_cut_off_areas_agree_with_plain_searches(seed):
    """Taking the area out and searching from the home finds the same areas."""
    instance, plan = random_case(seed)
    cuts = cut_off(instance, plan)
    for area in range(12):
        rep = int(plan.rep_of_area[area])
        home = int(instance.home_areas[rep])
        if area == home or cuts.place[area] < 0:
            continue
        left = [a for a in range(12) if plan.rep_of_area[a] == rep and cuts.place[a] >= 0 and a not in (area,)]
        found, front = {home}, [home]
        while front:
            here = front.pop()
            for a, b in instance.edges.tolist():
                other = b if a == here else a if b == here else here
                if other in left and other not in found:
                    found.add(other)
                    front.append(other)
        assert cuts.by(area).tolist() == sorted(set(left) - found)
        assert cuts.count[area] == len(cuts.by(area))


def test_border_pairs_are_those_of_the_edges():
    """Both ends of an edge between two territories, each once."""
    instance, plan = from_ascii(CORRIDOR), plan_of(SPLIT)
    ends = {(a, int(plan.rep_of_area[b])) for a, b in instance.edges.tolist() if SPLIT[a] != SPLIT[b]}
    ends |= {(b, int(plan.rep_of_area[a])) for a, b in instance.edges.tolist() if SPLIT[a] != SPLIT[b]}
    assert border_pairs(instance, plan).tolist() == sorted(map(list, ends))


def test_an_inner_area_is_set_against_the_neighbours_of_its_territory():
    """A5 touches R0 only; R1 does not touch it, and the move is forbidden for that."""
    instance, plan = from_ascii(CORRIDOR, tolerance=None), plan_of(SPLIT)
    moves = explain_moves(instance, plan, pairs_of(instance, plan, 5))
    assert (moves.taker.tolist(), moves.touches.tolist(), moves.forbidden_by(0)) == (
        [1],
        [False],
        ("territories_are_contiguous",),
    )


def test_deviations_are_those_of_the_sums():
    """R0 holds 6 of 11, R1 the other 5; R0 gives an area of 1 to R1."""
    instance, plan = from_ascii(CORRIDOR), plan_of(SPLIT)
    target = instance.measures[0].targets[0]
    moves = explain_moves(instance, plan, np.array([[6, 1]]))
    got = [moves.giver_before, moves.giver_after, moves.taker_before, moves.taker_after]
    sums = [6, 5, 5, 6]
    assert [float(one[0, 0]) for one in got] == pytest.approx([total / target - 1 for total in sums])


def test_thirty_five_thousand_areas_take_seconds():
    """All border moves of a map of the size of France, with two measures, in less than five seconds."""
    side = np.arange(175 * 200).reshape(175, 200)
    edges = np.concatenate(
        [np.stack([side[:-1], side[1:]], -1).reshape(-1, 2), np.stack([side[:, :-1], side[:, 1:]], -1).reshape(-1, 2)]
    )
    rng = np.random.default_rng(1)
    at = np.argwhere(side >= 0)
    homes = rng.choice(35_000, 200, replace=False)
    cost = np.abs(at[:, None, :] - at[homes]).sum(axis=2)
    measures = [measure(name, rng.integers(1, 99, 35_000), 200, 0.05) for name in ("potential", "workload")]
    instance = instance_of(edges=edges.tolist(), homes=homes.tolist(), cost=cost, measures=measures)
    plan = plan_of(cost.argmin(axis=1))
    cut_off(instance, plan)
    begun = time.perf_counter()
    moves = explain_moves(instance, plan, border_pairs(instance, plan))
    assert (len(moves) > 5_000, moves.forbidden.shape[0]) == (True, len(FAMILIES))
    assert time.perf_counter() - begun < 5
