# SPDX-License-Identifier: MIT
# Tables in tables.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


outer = weakref.WeakKeyDictionary()
a, b = Node("a"), Node("b")
outer[a] = weakref.WeakKeyDictionary({b: "inner"})
inner = weakref.ref(outer[a])
print(len(outer), len(inner()), outer[a][b])
del b
gc.collect()
print(len(outer), len(inner()))
del a
gc.collect()
print(len(outer), inner())
