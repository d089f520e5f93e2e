# SPDX-License-Identifier: MIT
# Garbage made at the end, collected at the end.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


def finish():
    node = Node()
    weakref.finalize(node, print, "the new one died")
    del node
    gc.collect()
    print("finish")


keep = Node()
weakref.finalize(keep, print, "the oldest")
weakref.finalize(keep, finish)
print("end")
