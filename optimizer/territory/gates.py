"""Find the parts of a map that hang on the rest by one unit."""

import networkx as nx

from optimizer.territory.instance import IntArray


def behind_gates(n_units: int, edges: IntArray) -> list[tuple[int, tuple[int, ...]]]:
    """Return each cut unit with each part of the map behind it that is at most half of its island, sorted.

    Parameters
    ----------
    edges
        Pairs of neighbours. Shape (edges, 2).
    """
    graph = nx.Graph()
    graph.add_nodes_from(range(n_units))
    graph.add_edges_from(edges.tolist())
    pairs = []
    for component in nx.connected_components(graph):
        blocks = [frozenset(block) for block in nx.biconnected_components(graph.subgraph(component))]
        gates = sorted(set(nx.articulation_points(graph.subgraph(component))))
        tree = nx.Graph()
        tree.add_nodes_from(("block", number) for number in range(len(blocks)))
        cut = set(gates)
        for number, block in enumerate(blocks):
            tree.add_edges_from((("block", number), ("gate", unit)) for unit in sorted(block & cut))
        if gates:
            pairs += _branches(tree, blocks, len(component))
    return sorted((gate, tuple(sorted(units))) for gate, units in pairs)


def _branches(tree: nx.Graph, blocks: list[frozenset[int]], n_units: int) -> list[tuple[int, set[int]]]:
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
    return [(gate, units) for gate, units in found if 2 * len(units) <= n_units]
