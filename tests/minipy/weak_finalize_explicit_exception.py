# SPDX-License-Identifier: MIT
# An exception in an explicit call reaches the caller; the finalizer is dead.
import weakref


class Node:
    pass


def fail(why):
    raise ValueError(why)


node = Node()
handle = weakref.finalize(node, fail, "on purpose")
try:
    handle()
except ValueError as error:
    print("caught", error)
print(handle.alive, handle())
