# SPDX-License-Identifier: MIT
# peek tells what a living finalizer has.
import weakref


class Node:
    pass


def finish(*args, **kwargs):
    print("finish", args, kwargs)


node = Node()
handle = weakref.finalize(node, finish, 1, "two", three=3)
target, function, args, kwargs = handle.peek()
print(target is node, function is finish, args, kwargs)
print(handle.alive)
handle()
print(handle.peek())
