# SPDX-License-Identifier: MIT
# Finalizers made while the script ends run as well.
import weakref


class Node:
    pass


node = Node()


def again(count):
    print("again", count)
    if count:
        weakref.finalize(node, again, count - 1)


weakref.finalize(node, print, "the oldest")
weakref.finalize(node, again, 2)
print("end")
