# SPDX-License-Identifier: MIT
# Two objects, each in the arguments of the other's finalizer: both stay.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.me = self


def finish(node):
    print("finish gets", node.name)


def scene():
    a, b = Node("a"), Node("b")
    fa = weakref.finalize(a, finish, b)
    fb = weakref.finalize(b, finish, a)
    return fa, fb, weakref.ref(a), weakref.ref(b)


fa, fb, ra, rb = scene()
gc.collect()
gc.collect()
print(ra() is not None, rb() is not None)
fa()
gc.collect()
gc.collect()
print(ra() is not None, rb() is not None, fb.alive)
fb()
gc.collect()
gc.collect()
print(ra(), rb())
