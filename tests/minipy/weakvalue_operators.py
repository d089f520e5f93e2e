# SPDX-License-Identifier: MIT
# The union of dictionaries.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


a, b, c = Node("a"), Node("b"), Node("c")
left = weakref.WeakValueDictionary(a=a, b=b)
right = weakref.WeakValueDictionary(b=c)
print(type(left | right).__name__, sorted((left | right).items()))
print(sorted(({"z": a} | left).items()), sorted((left | {"z": c}).items()))
left |= right
print(left["b"], left == {"a": a, "b": c}, left != right)
try:
    left | 5
except TypeError as error:
    print(error)
