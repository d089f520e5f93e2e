# SPDX-License-Identifier: MIT
# A finalizer with atexit off does not run at the end.
import weakref


class Node:
    pass


node = Node()
first = weakref.finalize(node, print, "runs")
second = weakref.finalize(node, print, "must not run")
second.atexit = False
third = weakref.finalize(node, print, "runs too")
third.atexit = False
third.atexit = True
print("end")
