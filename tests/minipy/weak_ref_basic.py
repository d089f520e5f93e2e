# SPDX-License-Identifier: MIT
# A reference is its object until a collection finds it dead, then None.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.me = self


node = Node("a")
ref = weakref.ref(node)
print(ref() is node, ref().name)
gc.collect()
print(ref() is node)
del node
gc.collect()
print(ref())
gc.collect()
print(ref() is None)
