# SPDX-License-Identifier: MIT
# Only of bound methods.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


def function():
    pass


for bad in (5, function, len, Node, Node("a")):
    try:
        print(weakref.WeakMethod(bad))
    except TypeError as error:
        print(error)
method = weakref.WeakMethod(Node("a").__repr__)
gc.collect()
print(method())
