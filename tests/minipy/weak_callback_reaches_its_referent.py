# SPDX-License-Identifier: MIT
# A callback that can reach the object keeps it alive for as long as the
# reference lives.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


def scene():
    node = Node()

    def died(ref):
        print("must not run", node)

    return weakref.ref(node, died), weakref.ref(node)


ref, watch = scene()
gc.collect()
print(ref() is watch(), watch() is not None)
del ref
gc.collect()
print(watch())
