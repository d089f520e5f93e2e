# SPDX-License-Identifier: MIT
# However many collections follow, a callback runs once.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


count = 0


def died(ref):
    global count
    count += 1


refs = []
for i in range(5):
    node = Node()
    refs.append(weakref.ref(node, died))
    del node
for i in range(4):
    gc.collect()
print(count, [ref() for ref in refs])
