# SPDX-License-Identifier: MIT
# Subsets, supersets, equality.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


a, b, c = Node("a"), Node("b"), Node("c")
small, large = weakref.WeakSet([a]), weakref.WeakSet([a, b])
print(small <= large, small < large, large <= small, large >= small, large > small)
print(small <= small, small < small, small == weakref.WeakSet([a]), small != large)
print(small == {a}, small.issubset([a, b]), large.issuperset([b]), small.isdisjoint([b, c]))
print(large.isdisjoint([b]), small <= [a, c], small.copy() == small, small.copy() is small)
del b
gc.collect()
print(small == large)
