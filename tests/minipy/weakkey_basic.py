# SPDX-License-Identifier: MIT
# Entries of a WeakKeyDictionary are there while their keys are.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


table = weakref.WeakKeyDictionary()
a, b = Node("a"), Node("b")
table[a] = 1
table[b] = 2
print(len(table), table[a], table[b], a in table, Node("c") in table)
del b
gc.collect()
print(len(table), list(table), list(table.values()), list(table.items()))
table[a] += 10
print(table[a])
del table[a]
print(len(table), a in table, bool(table))
