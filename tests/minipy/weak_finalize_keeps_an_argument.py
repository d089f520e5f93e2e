# SPDX-License-Identifier: MIT
# A finalizer's function may keep what it is given.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.me = self


kept = []


def scene():
    node = Node("node")
    argument = Node("argument")
    weakref.finalize(node, kept.append, argument)
    return weakref.ref(argument, lambda ref: print("argument died"))


ref = scene()
gc.collect()
gc.collect()
print(kept[0].name, ref() is kept[0])
kept.clear()
gc.collect()
print(ref())
