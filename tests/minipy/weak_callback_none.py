# SPDX-License-Identifier: MIT
# None as a callback is the same as no callback.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


node = Node()
plain = weakref.ref(node)
with_none = weakref.ref(node, None)
print(plain is with_none)
print(plain.__callback__, with_none.__callback__)
del node
gc.collect()
print(plain(), with_none())
