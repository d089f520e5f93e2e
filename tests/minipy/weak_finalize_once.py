# SPDX-License-Identifier: MIT
# Once over call, death, detach, however they follow.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


counts = {}


def finish(name):
    counts[name] = counts.get(name, 0) + 1


def register(node):
    handles = {}
    for name in ("dies", "called", "called twice", "detached"):
        handles[name] = weakref.finalize(node, finish, name)
    return handles


node = Node()
handles = register(node)
handles["called"]()
handles["called twice"]()
handles["called twice"]()
handles["detached"].detach()
handles["detached"]()
del node
gc.collect()
gc.collect()
for name in handles:
    handles[name]()
    print(name, counts.get(name, 0), handles[name].alive)
