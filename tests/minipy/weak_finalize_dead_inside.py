# SPDX-License-Identifier: MIT
# Inside its function a finalizer is dead already.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


handles = []


def finish(how):
    handle = handles[-1]
    print(how, handle.alive, handle(), handle.peek(), handle.detach())


node = Node()
handles.append(weakref.finalize(node, finish, "called"))
handles[0]()
handles.append(weakref.finalize(node, finish, "collected"))
del node
gc.collect()
