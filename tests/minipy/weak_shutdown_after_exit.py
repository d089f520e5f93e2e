# SPDX-License-Identifier: MIT
# sys.exit runs them too.
import sys
import weakref


class Node:
    pass


node = Node()
weakref.finalize(node, print, "finalized")
print("leaving")
sys.exit(3)
