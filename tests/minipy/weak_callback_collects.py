# SPDX-License-Identifier: MIT
# A callback may collect; callbacks never nest.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


log = []
depth = 0


def died(ref):
    global depth
    depth += 1
    log.append("depth %d" % depth)
    gc.collect()
    depth -= 1


def make():
    node = Node()
    return weakref.ref(node, died)


refs = [make(), make(), make()]
gc.collect()
gc.collect()
print(log)
