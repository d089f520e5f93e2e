# SPDX-License-Identifier: MIT
# Garbage holds a reference to other garbage: no callback.  Both must be found in
# one collection: one of a conservative collector's own accord may keep either.
import gc
import weakref


class Node:
    pass


def died(ref):
    print("must not run")


def scene():
    first = Node()
    second = Node()
    first.second = second
    second.first = first
    first.table = {"x": [weakref.ref(second, died)]}
    second.table = (weakref.ref(first, died),)
    return weakref.ref(first), weakref.ref(second)


gc.disable()
a, b = scene()
gc.collect()
print(a(), b())
