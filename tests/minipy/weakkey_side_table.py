# SPDX-License-Identifier: MIT
# Data attached to objects that know nothing of it.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


sizes = weakref.WeakKeyDictionary()


def size(node):
    if node not in sizes:
        print("measured", node)
        sizes[node] = len(node.name)
    return sizes[node]


a, b = Node("alpha"), Node("beta")
print(size(a), size(b), size(a), size(b))
del a
gc.collect()
print(len(sizes), size(b))
