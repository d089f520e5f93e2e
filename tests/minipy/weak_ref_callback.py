# SPDX-License-Identifier: MIT
# A callback runs in the collection that finds the object dead.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


def died(ref):
    print("died")


node = Node()
ref = weakref.ref(node, died)
gc.collect()
print("still alive")
node = None
gc.collect()
print("after", ref())
