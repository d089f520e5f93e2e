# SPDX-License-Identifier: MIT
# References without a callback are shared, those with one are not.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


def died(ref):
    pass


node = Node()
first = weakref.ref(node)
print(first is weakref.ref(node))
print(weakref.ref(node, died) is first)
second = weakref.ref(node, died)
third = weakref.ref(node, died)
print(second is third, second == third)
print(weakref.ref(Node()) is first)
del node
gc.collect()
print(first(), second(), third())
