# SPDX-License-Identifier: MIT
# A reference dropped with its object, in one collection, does not call back.
import gc
import weakref


class Node:
    pass


def scene():
    node = Node()
    holder = Node()
    node.holder = holder
    holder.node = node
    holder.ref = weakref.ref(node, lambda ref: print("must not run"))


scene()
gc.collect()
gc.collect()
print("done")
