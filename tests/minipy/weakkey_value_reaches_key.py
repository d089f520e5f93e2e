# SPDX-License-Identifier: MIT
# A value that refers to its key does not keep the entry: CPython leaks it.
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
for i in range(10):
    node = Node(i)
    table[node] = [node]
keep = node
del node
gc.collect()
print(len(table), table[keep][0] is keep)
del keep
gc.collect()
print(len(table))
