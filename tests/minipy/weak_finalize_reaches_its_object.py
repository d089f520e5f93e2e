# SPDX-License-Identifier: MIT
# Arguments that reach the object keep it alive until the finalizer is
# detached.
import gc
import weakref


class Node:
    def __init__(self):
        self.parts = [self]


def scene():
    node = Node()
    handle = weakref.finalize(node, print, "must not run", node.parts)
    handle.atexit = False
    return handle, weakref.ref(node, lambda ref: print("now it died"))


handle, ref = scene()
gc.collect()
gc.collect()
print(handle.alive, ref() is None)
handle.detach()
gc.collect()
print(handle.alive, ref() is None)
