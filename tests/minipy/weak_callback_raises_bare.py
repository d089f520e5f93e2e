# SPDX-License-Identifier: MIT
# An exception without a message is reported with a colon, as in CPython.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


def fail(*args):
    raise ValueError


node = Node()
ref = weakref.ref(node, fail)
weakref.finalize(node, fail)
del node
gc.collect()
print(ref())
