"""State every rule a third time, with sets and networkx, to check the verifier that checks the search."""

import networkx as nx
import numpy as np

from optimizer.territory.instance import NO_LIMIT, TerritoryInstance


def broken_rules(instance: TerritoryInstance, rep_of_area: np.ndarray) -> set[str]:
    """Return the names of the rules that a complete labelling breaks."""
    owner = dict(enumerate(rep_of_area.tolist()))
    territory = {r: {a for a, rep in owner.items() if rep == r} for r in range(instance.n_reps)}
    moved = sum(
        int(instance.moved_amount[a])
        for a, today in enumerate(instance.current_rep.tolist())
        if today != -1 and owner[a] != today
    )
    found = {
        "territories_hold_their_home": any(instance.home_areas[r] not in territory[r] for r in territory),
        "territories_are_balanced": _off_balance(instance, territory),
        "territories_are_contiguous": instance.contiguous and _in_pieces(instance, owner, territory),
        "territories_stay_within_groups": any(
            instance.rep_group[r] >= 0 and {int(instance.area_group[a]) for a in areas} - {int(instance.rep_group[r])}
            for r, areas in territory.items()
        ),
        "groups_are_kept_together": any(
            len({owner[a] for a in np.flatnonzero(instance.together == label).tolist()}) > 1
            for label in set(instance.together.tolist()) - {-1}
        ),
        "locks_hold": any(a not in territory[r] for a, r in instance.locks.tolist()),
        "forbidden_pairs_are_kept": any(a in territory[r] for a, r in instance.forbidden.tolist()),
        "drives_are_short_enough": any(
            instance.drive_minutes[a, r] > instance.max_drive_minutes for a, r in owner.items()
        ),
        "few_areas_change_hands": instance.moved_limit != NO_LIMIT and moved > instance.moved_limit,
    }
    return {rule for rule, broken in found.items() if broken}


def _off_balance(instance: TerritoryInstance, territory: dict[int, set[int]]) -> bool:
    return any(
        not measure.lower[r] <= measure.fixed[r] + measure.amounts[sorted(areas)].sum() <= measure.upper[r]
        for measure in instance.measures
        for r, areas in territory.items()
    )


def _in_pieces(instance: TerritoryInstance, owner: dict[int, int], territory: dict[int, set[int]]) -> bool:
    """Tell whether a territory is in pieces; what is cut off is judged from its home where it holds it."""
    graph = nx.Graph()
    graph.add_nodes_from(owner)
    graph.add_edges_from((a, b) for a, b in instance.edges.tolist() if owner[a] == owner[b])
    return any(areas and not nx.is_connected(graph.subgraph(areas)) for areas in territory.values())
