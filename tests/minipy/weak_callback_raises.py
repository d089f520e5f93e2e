# SPDX-License-Identifier: MIT
# An exception in a callback is reported; the script goes on.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


def died(ref):
    raise ValueError("from the callback")


node = Node()
ref = weakref.ref(node, died)
del node
gc.collect()
print("goes on", ref())
