# SPDX-License-Identifier: MIT
# Entries that die during a walk are not met; no survivor is skipped.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


nodes = [Node(i) for i in range(8)]
table = weakref.WeakKeyDictionary()
for i, node in enumerate(nodes):
    table[node] = i
del node
met = []
for key, number in table.items():
    key = None
    met.append(number)
    if number == 2:
        nodes[0] = nodes[5] = nodes[6] = None
        gc.collect()
print(met, len(table))
met = []
for number in table.values():
    met.append(number)
    gc.collect()
print(met)
walk = iter(table.keys())
print(next(walk))
nodes = [nodes[1], nodes[7]]
gc.collect()
print(list(walk), len(table))
