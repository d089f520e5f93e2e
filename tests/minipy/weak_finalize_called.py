# SPDX-License-Identifier: MIT
# Calling a finalizer runs it, returns its value, and leaves it dead.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


def add(a, b, c=0):
    print("adding", a, b, c)
    return a + b + c


node = Node()
handle = weakref.finalize(node, add, 1, 2, c=3)
print(handle.alive)
print(handle())
print(handle.alive)
print(handle())
del node
gc.collect()
print(handle())
