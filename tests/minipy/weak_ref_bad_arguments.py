# SPDX-License-Identifier: MIT
# Wrong arguments are a TypeError at once.
import weakref


class Node:
    pass


def check(what):
    try:
        what()
    except TypeError:
        print("TypeError")


node = Node()
check(lambda: weakref.ref())
check(lambda: weakref.ref(node, None, 1))
check(lambda: weakref.ref(node, callback=print))
check(lambda: weakref.ref(node)(1))
check(lambda: weakref.finalize())
check(lambda: weakref.finalize(node))
print(weakref.ref(node)() is node)
