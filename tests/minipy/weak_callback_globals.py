# SPDX-License-Identifier: MIT
# Callbacks see globals as they are when they run.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


state = "registered"


def died(ref):
    print("state is", state)


node = Node()
ref = weakref.ref(node, died)
state = "changed"
del node
gc.collect()
