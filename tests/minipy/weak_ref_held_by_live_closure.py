# SPDX-License-Identifier: MIT
# A live closure, object or container keeps a reference working.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


log = []


def keep(ref):
    def look():
        return ref()

    return look


class Holder:
    pass


def scene():
    nodes = [Node(), Node(), Node()]
    holder = Holder()
    holder.ref = weakref.ref(nodes[0], lambda ref: log.append("attribute"))
    closure = keep(weakref.ref(nodes[1], lambda ref: log.append("closure")))
    table = {"k": (weakref.ref(nodes[2], lambda ref: log.append("tuple")),)}
    return holder, closure, table


holder, closure, table = scene()
gc.collect()
print(sorted(log))
print(holder.ref(), closure(), table["k"][0]())
