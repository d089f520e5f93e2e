# SPDX-License-Identifier: MIT
# References and finalizers of one object share one order, newest first.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


log = []


def register(node):
    refs = []
    refs.append(weakref.ref(node, lambda ref: log.append("ref 1")))
    weakref.finalize(node, log.append, "finalizer 2")
    refs.append(weakref.ref(node, lambda ref: log.append("ref 3")))
    weakref.finalize(node, log.append, "finalizer 4")
    weakref.finalize(node, log.append, "finalizer 5")
    refs.append(weakref.ref(node, lambda ref: log.append("ref 6")))
    return refs


node = Node()
refs = register(node)
del node
gc.collect()
for line in log:
    print(line)
