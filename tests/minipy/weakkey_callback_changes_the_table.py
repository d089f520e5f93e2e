# SPDX-License-Identifier: MIT
# A callback may use the table that has just lost an entry.
# by rule: CPython prints something else.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


table = weakref.WeakKeyDictionary()
keep = Node("keep")
node = Node("a")
table[node] = 1


def died(ref):
    table[keep] = "added in the callback"
    print(len(table))


ref = weakref.ref(node, died)
del node
gc.collect()
print(list(table.items()))
