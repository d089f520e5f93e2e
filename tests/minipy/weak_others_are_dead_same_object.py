# SPDX-License-Identifier: MIT
# In a callback every other reference to the same object is dead.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


refs = []
log = []


def died(ref):
    log.append([other() for other in refs])


node = Node()
refs.append(weakref.ref(node))
for i in range(3):
    refs.append(weakref.ref(node, died))
del node
gc.collect()
for line in log:
    print(line)
