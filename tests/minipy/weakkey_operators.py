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
left = weakref.WeakKeyDictionary({a: 1, b: 2})
right = weakref.WeakKeyDictionary({b: 3, c: 4})
both = left | right
print(type(both).__name__, list(both.items()), list(left.items()))
print(list((left | {c: 5}).items()), list(({c: 5} | left).items()))
left |= right
print(list(left.items()))
left |= {a: 9}
print(left[a])
for operation in (lambda: left | 5, lambda: 5 | left, lambda: left + right):
    try:
        operation()
    except TypeError as error:
        print(error)
del c
gc.collect()
print(list(both.items()), list(left.items()))
