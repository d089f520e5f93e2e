# SPDX-License-Identifier: MIT
# A copy is a table of its own, and weak.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


a, b = Node("a"), Node("b")
table = weakref.WeakKeyDictionary({a: 1, b: [2]})
copy = table.copy()
print(type(copy).__name__, copy is table, copy == table, copy[b] is table[b])
copy[a] = 9
del table[b]
print(table[a], copy[a], len(table), len(copy))
del b
gc.collect()
print(len(table), len(copy), list(copy.items()))
