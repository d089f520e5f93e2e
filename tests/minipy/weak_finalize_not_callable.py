# SPDX-License-Identifier: MIT
# A function that is not callable fails when it is called.
import weakref


class Node:
    pass


node = Node()
handle = weakref.finalize(node, 5)
print(handle.alive)
try:
    handle()
except TypeError as error:
    print(error)
print(handle.alive)
