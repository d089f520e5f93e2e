# SPDX-License-Identifier: MIT
# A reference that only its own referent holds does not call back.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self
        self.ref = weakref.ref(self, lambda ref: print("must not run"))


node = Node()
outside = weakref.ref(node, lambda ref: print("outside"))
print(node.ref() is node)
del node
gc.collect()
print(outside())
