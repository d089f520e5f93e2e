# SPDX-License-Identifier: MIT
# With automatic collections off nothing dies by itself.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


gc.disable()
dead = []


def scene():
    node = Node()
    return weakref.ref(node, dead.append)


ref = scene()
for i in range(2000):
    [i, [i]]
print(len(dead), ref() is None)
gc.collect()
print(len(dead), ref() is None)
