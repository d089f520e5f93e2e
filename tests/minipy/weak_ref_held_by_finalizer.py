# SPDX-License-Identifier: MIT
# The arguments of a living finalizer are held: their references call back.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


log = []


def finish(ref):
    log.append("finalizer sees %s" % ref())


live = Node()
node = Node()
handle = weakref.finalize(
    live, finish, weakref.ref(node, lambda ref: log.append("callback"))
)
del node
gc.collect()
print(log)
del live
gc.collect()
print(log)
print(handle.alive)
