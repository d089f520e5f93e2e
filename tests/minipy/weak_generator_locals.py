# SPDX-License-Identifier: MIT
# A suspended generator holds its locals; a dropped one does not.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


def walk():
    node = Node()
    yield weakref.ref(node)
    yield node is not None
    node = None
    yield "let go"


running = walk()
ref = next(running)
gc.collect()
print(ref() is not None, next(running))
print(next(running))
gc.collect()
print(ref())
running = walk()
ref = next(running)
running = None
gc.collect()
print(ref())
