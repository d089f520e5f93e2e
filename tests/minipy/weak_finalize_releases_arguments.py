# SPDX-License-Identifier: MIT
# A call or detach releases the arguments though the handle lives on.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


def finish(argument):
    print("called")


def scene():
    node = Node()
    first, second = Node(), Node()
    called = weakref.finalize(node, finish, first)
    detached = weakref.finalize(node, finish, second)
    return node, called, detached, weakref.ref(first), weakref.ref(second)


node, called, detached, first, second = scene()
gc.collect()
print(first() is None, second() is None)
called()
gc.collect()
print(first() is None, second() is None)
detached.detach()
gc.collect()
print(first() is None, second() is None)
