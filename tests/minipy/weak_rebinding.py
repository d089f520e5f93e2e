# SPDX-License-Identifier: MIT
# Rebinding, deleting attributes, items and slices are ways to drop, too.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


def fill(holder, table, items):
    refs = []
    holder.x = Node()
    refs.append(weakref.ref(holder.x))
    table["k"] = Node()
    refs.append(weakref.ref(table["k"]))
    for i in range(3):
        items.append(Node())
        refs.append(weakref.ref(items[i]))
    return refs


def living(refs):
    gc.collect()
    return "".join("." if ref() is None else "x" for ref in refs)


class Holder:
    pass


holder, table, items = Holder(), {}, []
refs = fill(holder, table, items)
print(living(refs))
holder.x = 1
print(living(refs))
del table["k"]
print(living(refs))
items[1:2] = []
print(living(refs))
items.pop()
print(living(refs))
del items[0]
print(living(refs))
