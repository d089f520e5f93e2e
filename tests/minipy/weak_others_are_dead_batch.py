# SPDX-License-Identifier: MIT
# In a callback every reference to everything that died with the object is
# dead, even those whose callbacks have not run yet.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name


refs = []
log = []


def died(ref):
    log.append([other() for other in refs])


def ring(names):
    nodes = [Node(name) for name in names]
    for i in range(len(nodes)):
        nodes[i].next = nodes[i - 1]
    for node in nodes:
        refs.append(weakref.ref(node, died))
        refs.append(weakref.ref(node))


ring("abc")
gc.collect()
print(len(log))
for line in log:
    print(line)
