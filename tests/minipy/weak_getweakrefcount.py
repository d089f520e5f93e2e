# SPDX-License-Identifier: MIT
# getweakrefcount counts references and finalizers.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


def died(ref):
    pass


node = Node()
print(weakref.getweakrefcount(node))
one = weakref.ref(node)
also_one = weakref.ref(node)
print(weakref.getweakrefcount(node))
two = weakref.ref(node, died)
three = weakref.ref(node, died)
print(weakref.getweakrefcount(node))
two = None
gc.collect()
print(weakref.getweakrefcount(node))
handle = weakref.finalize(node, print, "never printed")
handle.atexit = False
print(weakref.getweakrefcount(node))
handle.detach()
gc.collect()
print(weakref.getweakrefcount(node))
print(weakref.getweakrefcount(5), weakref.getweakrefcount([]))
one = also_one = three = None
