"""Find parts of the map behind a single area that cannot be shared out into balanced territories."""

from dataclasses import dataclass

import networkx as nx

from optimizer.siting.instance import SitingInstance
from optimizer.territory.instance import BalanceMeasure


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadEnd:
    """Areas that hang on the rest of the map by one area, and whose sum fits no number of territories."""

    gate: int
    """The area through which every way leads."""
    areas: tuple[int, ...]
    """The areas behind it, ascending."""
    measure: str
    amount: int
    """Sum behind the gate."""
    excess: int
    """By how much limits must be exceeded in all, at least."""


def dead_ends(instance: SitingInstance) -> tuple[DeadEnd, ...]:
    """Return what contiguity and balance together rule out behind each cut area, in the order of the gates.

    With the sum S behind a gate of amount g, j territories lie wholly behind it and the gate's own takes the rest:
    S ∈ [j L, j U + (U − g)] for some j ≥ 0 is necessary where all territories share their limits. Looks at free homes
    only: with fixed homes limits differ, and the check of fixed territories says more.
    """
    if not instance.contiguous or len(instance.fixed):
        return ()
    found = []
    for gate, areas in _behind_gates(instance):
        for measure in instance.measures:
            amount, own = int(measure.amounts[list(areas)].sum()), int(measure.amounts[gate])
            excess = _least_excess(measure, amount, own, instance.n_homes)
            if excess > 0:
                found.append(DeadEnd(gate=gate, areas=areas, measure=measure.name, amount=amount, excess=excess))
    return tuple(found)


def _least_excess(measure: BalanceMeasure, amount: int, gate: int, n_homes: int) -> int:
    """Return the distance of a sum from the nearest one that whole territories and a part of the gate's can make."""
    lower, upper = int(measure.lower[0]), int(measure.upper[0])
    if upper < gate:
        return 0
    return min(max(j * lower - amount, amount - (j * upper + upper - gate), 0) for j in range(n_homes))


def _behind_gates(instance: SitingInstance) -> list[tuple[int, tuple[int, ...]]]:
    """Return each cut area with each part of the map behind it that is smaller than half, ascending."""
    graph = nx.Graph()
    graph.add_nodes_from(range(instance.n_areas))
    graph.add_edges_from(instance.edges.tolist())
    pairs = []
    for component in nx.connected_components(graph):
        blocks = [frozenset(block) for block in nx.biconnected_components(graph.subgraph(component))]
        gates = sorted(set(nx.articulation_points(graph.subgraph(component))))
        tree = nx.Graph()
        tree.add_nodes_from(("block", number) for number in range(len(blocks)))
        cut = set(gates)
        for number, block in enumerate(blocks):
            tree.add_edges_from((("block", number), ("gate", area)) for area in sorted(block & cut))
        if gates:
            pairs += _branches(tree, blocks, len(component))
    return sorted((gate, tuple(sorted(areas))) for gate, areas in pairs)


def _branches(tree: nx.Graph, blocks: list[frozenset[int]], n_areas: int) -> list[tuple[int, set[int]]]:
    """Return what lies behind each gate of a tree of blocks, away from the largest block."""
    root = ("block", max(range(len(blocks)), key=lambda number: (len(blocks[number]), -number)))
    below: dict[tuple[str, int], set[int]] = {}
    found = []
    for node in nx.dfs_postorder_nodes(tree, root):
        kind, number = node
        children = [other for other in tree[node] if other in below]
        if kind == "gate":
            found += [(number, below[child] - {number}) for child in children]
            below[node] = {number}.union(*(below[child] for child in children))
        else:
            below[node] = set(blocks[number]).union(*(below[child] for child in children))
    return [(gate, areas) for gate, areas in found if 2 * len(areas) <= n_areas]
