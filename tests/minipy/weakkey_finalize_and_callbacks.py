# SPDX-License-Identifier: MIT
# An entry is gone before the callback of its key runs.
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
node = Node("a")
table[node] = "value"
ref = weakref.ref(node, lambda r: print("callback", len(table), list(table)))
weakref.finalize(node, lambda: print("finalizer", len(table)))
print(len(table))
del node
gc.collect()
print(len(table), ref())
