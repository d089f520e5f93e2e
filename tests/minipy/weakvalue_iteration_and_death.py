# SPDX-License-Identifier: MIT
# Values that die during a walk are not met.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


nodes = {i: Node(i) for i in range(6)}
table = weakref.WeakValueDictionary(nodes)
met = []
for key, node in table.items():
    node = None
    met.append(key)
    if key == 1:
        del nodes[3], nodes[4]
        gc.collect()
print(met, sorted(table))
met = []
for key in table:
    met.append(key)
    nodes.pop(5, None)
    gc.collect()
print(met, len(table))
