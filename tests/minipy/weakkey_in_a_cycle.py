# SPDX-License-Identifier: MIT
# A table in a cycle with its owner goes with it, and so do its values.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


class Owner(Node):
    def __init__(self, name):
        super().__init__(name)
        self.table = weakref.WeakKeyDictionary()


key = Node("key")
owner = Owner("owner")
owner.table[key] = Node("value")
value = weakref.ref(owner.table[key])
table = weakref.ref(owner.table)
gc.collect()
print(value(), len(table()))
del owner
gc.collect()
print(value(), table(), key)
