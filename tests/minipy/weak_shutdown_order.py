# SPDX-License-Identifier: MIT
# At the end of the script living finalizers run, newest first.
import weakref


class Node:
    pass


a, b = Node(), Node()
weakref.finalize(a, print, "a, first")
weakref.finalize(b, print, "b, second")
weakref.finalize(a, print, "a, third")
print("end of the script")
