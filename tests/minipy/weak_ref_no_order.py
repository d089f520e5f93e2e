# SPDX-License-Identifier: MIT
# References have no order.
import weakref


class Node:
    pass


node, other = Node(), Node()
try:
    print(weakref.ref(node) < weakref.ref(other))
except TypeError:
    print("TypeError")
try:
    print(weakref.ref(node) >= weakref.ref(other))
except TypeError:
    print("TypeError")
