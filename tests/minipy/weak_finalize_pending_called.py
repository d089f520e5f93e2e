# SPDX-License-Identifier: MIT
# A finalizer that waits can be called: it runs then, and not again.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


log = []
handles = []


def finish(name):
    log.append(name)


def caller(ref):
    log.append("caller")
    handles[0]()
    handles[1]()


node = Node()
handles.append(weakref.finalize(node, finish, "first"))
handles.append(weakref.finalize(node, finish, "second"))
handles.append(weakref.finalize(node, finish, "third"))
ref = weakref.ref(node, caller)
del node
gc.collect()
print(log, [handle.alive for handle in handles])
