# SPDX-License-Identifier: MIT
# __callback__ is the callback while the reference lives.
import weakref


class Node:
    pass


def died(ref):
    pass


node = Node()
ref = weakref.ref(node, died)
print(ref.__callback__ is died, weakref.ref(node).__callback__)
try:
    ref.__callback__ = None
except AttributeError:
    print("AttributeError")
del ref
