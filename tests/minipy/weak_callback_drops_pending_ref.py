# SPDX-License-Identifier: MIT
# A callback drops the last handle to a reference that is about to call back.
# It calls back all the same.
import gc
import weakref


class Node:
    pass


log = []
handles = []


def died(ref):
    log.append("ran")
    handles.clear()


def scene():
    nodes = [Node(), Node(), Node()]
    for i in range(3):
        nodes[i].next = nodes[i - 1]
    for node in nodes:
        handles.append(weakref.ref(node, died))


scene()
gc.collect()
print(log, handles)
