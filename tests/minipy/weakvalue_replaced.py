# SPDX-License-Identifier: MIT
# A new value for a key: the death of the old one leaves it alone.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


table = weakref.WeakValueDictionary()
old, new = Node("old"), Node("new")
table["key"] = old
table["key"] = new
del old
gc.collect()
print(table["key"], len(table))
del new
gc.collect()
print(len(table))
table["key"] = keep = Node("again")
gc.collect()
print(table["key"] is keep)
