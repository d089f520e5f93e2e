# SPDX-License-Identifier: MIT
# A reference that went before its object does not call back.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


def died(ref):
    print("must not run")


node = Node()
ref = weakref.ref(node, died)
other = weakref.ref(node, lambda ref: print("runs"))
del ref
gc.collect()
print("one left:", weakref.getweakrefcount(node))
del node
gc.collect()
print(other())
