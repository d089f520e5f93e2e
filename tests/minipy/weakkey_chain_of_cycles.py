# SPDX-License-Identifier: MIT
# Values of two tables that reach the keys of the other die together: CPython leaks them.
# by rule: CPython prints something else.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


left, right = weakref.WeakKeyDictionary(), weakref.WeakKeyDictionary()
a, b = Node("a"), Node("b")
left[a] = b
right[b] = a
gc.collect()
print(len(left), len(right), left[a], right[b])
del b
gc.collect()
print(len(left), len(right), right[left[a]] is a)
del a
gc.collect()
print(len(left), len(right))
