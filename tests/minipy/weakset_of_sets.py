# SPDX-License-Identifier: MIT
# Collections in collections.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


inner = weakref.WeakSet()
node = Node("a")
inner.add(node)
table = weakref.WeakValueDictionary(inner=inner)
refs = weakref.ref(inner)
print(len(table), table["inner"] is inner, len(refs()))
del node
gc.collect()
print(len(table["inner"]))
del inner
gc.collect()
print(len(table), refs())
