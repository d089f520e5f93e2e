# SPDX-License-Identifier: MIT
# A cache whose results go when nobody uses them.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


cache = weakref.WeakValueDictionary()
made = []


def get(name):
    node = cache.get(name)
    if node is None:
        made.append(name)
        node = cache[name] = Node(name)
    return node


first, second = get("x"), get("x")
print(first is second, made, len(cache))
get("y")
gc.collect()
print(made, sorted(cache))
del first, second
gc.collect()
print(len(cache))
get("x")
print(made)
