# SPDX-License-Identifier: MIT
# After one callback raised, the others of the object run.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


log = []


def fail(ref):
    log.append("fail")
    raise KeyError("second")


def fine(ref):
    log.append("fine")


node = Node()
refs = [
    weakref.ref(node, fine),
    weakref.ref(node, fail),
    weakref.ref(node, fine),
]
del node
try:
    gc.collect()
except KeyError:
    print("must not come here")
print(log)
