# SPDX-License-Identifier: MIT
# And so does an uncaught exception.
import weakref


class Node:
    pass


node = Node()
weakref.finalize(node, print, "finalized")
print("failing")
raise ValueError("uncaught")
