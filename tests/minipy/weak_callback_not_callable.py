# SPDX-License-Identifier: MIT
# A callback that is not callable is accepted; it fails when it is called.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


node = Node()
ref = weakref.ref(node, 42)
print(ref.__callback__)
del node
gc.collect()
print("after", ref())
