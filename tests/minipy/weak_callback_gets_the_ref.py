# SPDX-License-Identifier: MIT
# The callback's argument is the reference itself, already dead.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


seen = []


def died(ref):
    seen.append(ref)
    print("in the callback", ref())


node = Node()
ref = weakref.ref(node, died)
del node
gc.collect()
print(len(seen), seen[0] is ref)
