# SPDX-License-Identifier: MIT
# Function and arguments are held while the finalizer lives, not longer.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.me = self


def finish(a, b=None):
    print("finish", a.name, b.name)


def scene():
    node = Node("node")
    a = Node("a")
    b = Node("b")
    handle = weakref.finalize(node, finish, a, b=b)
    return node, handle, weakref.ref(a), weakref.ref(b)


node, handle, a, b = scene()
gc.collect()
print(a().name, b().name)
del node
gc.collect()
gc.collect()
print(a(), b(), handle.alive)
