# SPDX-License-Identifier: MIT
# A finalizer runs once: when its object dies, without any handle to it.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


node = Node()
weakref.finalize(node, print, "finalized", 1, sep="-")
gc.collect()
print("alive")
del node
gc.collect()
print("after")
gc.collect()
