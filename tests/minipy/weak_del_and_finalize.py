# SPDX-License-Identifier: MIT
# The finalizer of an object runs before its __del__, even if it comes back.
import gc
import weakref

log = []
back = []


class Node:
    def __init__(self):
        self.me = self

    def __del__(self):
        log.append("del")
        back.append(self)


node = Node()
handle = weakref.finalize(node, log.append, "finalized")
del node
gc.collect()
print(log, handle.alive)
back.clear()
gc.collect()
print(log)
