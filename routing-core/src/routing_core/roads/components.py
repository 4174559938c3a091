"""The part of a directed graph in which everything reaches everything."""

from collections.abc import Sequence


def largest_strong_component(successors: Sequence[Sequence[int]]) -> set[int]:
    """Nodes of the largest strongly connected component (Tarjan 1972, without recursion).

    Parameters
    ----------
    successors
        Nodes that can be reached by one step, by node.

    Returns
    -------
    set of int
        Of equally large components the one found first; empty for a graph without nodes.
    """
    order = [-1] * len(successors)
    lowest = [0] * len(successors)
    on_stack = [False] * len(successors)
    stack: list[int] = []
    largest: list[int] = []
    next_order = 0
    for root in range(len(successors)):
        if order[root] >= 0:
            continue
        path = [(root, iter(successors[root]))]
        order[root] = lowest[root] = next_order
        next_order += 1
        stack.append(root)
        on_stack[root] = True
        while path:
            node, rest = path[-1]
            successor = next(rest, None)
            if successor is None:
                path.pop()
                if path:
                    parent = path[-1][0]
                    lowest[parent] = min(lowest[parent], lowest[node])
                if lowest[node] == order[node]:
                    component: list[int] = []
                    while not component or component[-1] != node:
                        component.append(stack.pop())
                        on_stack[component[-1]] = False
                    if len(component) > len(largest):
                        largest = component
            elif order[successor] < 0:
                order[successor] = lowest[successor] = next_order
                next_order += 1
                stack.append(successor)
                on_stack[successor] = True
                path.append((successor, iter(successors[successor])))
            elif on_stack[successor]:
                lowest[node] = min(lowest[node], order[successor])
    return set(largest)
