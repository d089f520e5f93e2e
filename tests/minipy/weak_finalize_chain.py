# SPDX-License-Identifier: MIT
# An object held by a finalizer's arguments dies one collection later, and so
# do those behind it.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.me = self


log = []


def finish(name, argument):
    log.append(name)


def scene():
    c = Node("c")
    b = Node("b")
    a = Node("a")
    weakref.finalize(c, finish, "c", None)
    weakref.finalize(b, finish, "b", c)
    weakref.finalize(a, finish, "a", b)
    return a


a = scene()
gc.collect()
print(log)
del a
for i in range(4):
    gc.collect()
print(log)
