# SPDX-License-Identifier: MIT
# An exception at the end is reported, the rest runs, the status is 0.
import weakref


class Node:
    pass


def fail():
    raise ValueError("at the end")


node = Node()
weakref.finalize(node, print, "runs last")
weakref.finalize(node, fail)
weakref.finalize(node, print, "runs first")
