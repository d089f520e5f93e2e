# SPDX-License-Identifier: MIT
# An exception in a finalizer that a collection runs is reported.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


def fail():
    raise RuntimeError("in the finalizer")


node = Node()
weakref.finalize(node, print, "the older one runs")
weakref.finalize(node, fail)
weakref.finalize(node, print, "the newer one runs")
del node
gc.collect()
print("goes on")
