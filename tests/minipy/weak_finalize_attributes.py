# SPDX-License-Identifier: MIT
# alive cannot be set, atexit can; a dead finalizer's atexit is False.
import weakref


class Node:
    pass


node = Node()
handle = weakref.finalize(node, print, "called")
try:
    handle.alive = False
except AttributeError:
    print("AttributeError")
print(handle.alive, handle.atexit)
handle.atexit = False
print(handle.atexit)
handle.atexit = True
print(handle.atexit)
handle()
print(handle.alive, handle.atexit)
print(handle == handle, hash(handle) == hash(handle), handle != handle)
