# SPDX-License-Identifier: MIT
# A reference that only its own callback's closure holds does not call back.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


def scene():
    node = Node()
    box = []

    def died(ref):
        print("must not run", len(box))

    box.append(weakref.ref(node, died))
    node.box = box


scene()
gc.collect()
print("done")
