# SPDX-License-Identifier: MIT
# A callback can make references and finalizers.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.me = self


log = []
made = []
live = Node("live")


def died(ref):
    log.append("first")
    node = Node("new")
    made.append(weakref.ref(live, lambda ref: log.append("live died")))
    made.append(weakref.ref(node, lambda ref: log.append("new died")))
    weakref.finalize(live, log.append, "live finalized")


node = Node("old")
ref = weakref.ref(node, died)
del node
gc.collect()
gc.collect()
print(log, made[0]() is live, made[1]())
del live
gc.collect()
print(log)
