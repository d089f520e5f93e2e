# SPDX-License-Identifier: MIT
# detach kills a finalizer without running it.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


node = Node()
handle = weakref.finalize(node, print, "must not run", end="!")
target, function, args, kwargs = handle.detach()
print(target is node, function is print, args, kwargs)
print(handle.alive, handle.detach(), handle.peek(), handle())
del node, target
gc.collect()
print("done")
