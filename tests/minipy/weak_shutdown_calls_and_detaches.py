# SPDX-License-Identifier: MIT
# What a finalizer at the end calls or detaches does not run again.
import weakref


class Node:
    pass


def work():
    print("work", called(), detached.detach() is not None, work_handle.alive)


node = Node()
called = weakref.finalize(node, lambda: "called once")
detached = weakref.finalize(node, print, "must not run")
work_handle = weakref.finalize(node, work)
