# SPDX-License-Identifier: MIT
# Elements that die during a walk are not met, and no survivor is skipped.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


nodes = [Node(i) for i in range(10)]
group = weakref.WeakSet(nodes)
met = []
walk = iter(group)
met.append(next(walk).name)
nodes = [node for node in nodes if node.name % 2 or node.name == met[0]]
node = None
gc.collect()
met += [node.name for node in walk]
print(sorted(met) == sorted(node.name for node in nodes), len(group) == len(nodes))
try:
    for node in group:
        group.add(Node("new"))
except RuntimeError as error:
    print(error)
