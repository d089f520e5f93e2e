# SPDX-License-Identifier: MIT
# keyrefs() are references to the keys.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


a, b = Node("a"), Node("b")
table = weakref.WeakKeyDictionary({a: 1, b: 2})
refs = table.keyrefs()
print(type(refs).__name__, len(refs), [ref() for ref in refs])
print(all(isinstance(ref, weakref.ref) for ref in refs))
del a
gc.collect()
print([ref() for ref in refs], [ref() for ref in table.keyrefs()])
