"""The compiled search against networkx, cost by cost."""

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from road_dijkstra import one_to_all
from routing_core.roads.costs import COST_SHIFT, NO_COST


@settings(deadline=None, max_examples=80)
@given(
    seed=st.integers(0, 2**32 - 1),
    node_count=st.integers(1, 120),
    degree=st.integers(0, 5),
    longest_ms=st.sampled_from([2, 50, 100_000]),
)
def test_one_to_all(seed: int, node_count: int, degree: int, longest_ms: int) -> None:
    draw = np.random.default_rng(seed)
    counts = draw.integers(0, degree + 1, node_count)
    first_link = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    link_head = draw.integers(0, node_count, first_link[-1]).astype(np.int32)
    link_cost = draw.integers(1, longest_ms, len(link_head)) << COST_SHIFT
    link_cost += draw.integers(1, 1000, len(link_head))
    seeds = draw.integers(0, node_count, 2).astype(np.int32)
    seed_costs = draw.integers(0, longest_ms, 2) << COST_SHIFT

    costs, parents = one_to_all(first_link, link_head, link_cost, seeds, seed_costs)

    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    graph.add_nodes_from(range(-1, node_count))
    link_tail = np.repeat(np.arange(node_count), counts)
    for tail, head, cost in zip(link_tail.tolist(), link_head.tolist(), link_cost.tolist(), strict=True):
        graph.add_edge(tail, head, cost=cost)
    for node, cost in zip(seeds.tolist(), seed_costs.tolist(), strict=True):
        graph.add_edge(-1, node, cost=cost)
    expected = nx.single_source_dijkstra_path_length(graph, -1, weight="cost")
    for node in range(node_count):
        assert costs[node] == expected.get(node, NO_COST)
        if node in expected:
            last = parents[node]
            before = costs[link_tail[last]] + link_cost[last] if last >= 0 else seed_costs[-1 - last]
            assert costs[node] == before
            assert (link_head[last] if last >= 0 else seeds[-1 - last]) == node
