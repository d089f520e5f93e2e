# SPDX-License-Identifier: MIT
# An exception of __eq__ or __hash__ changes nothing.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


class Bad(Node):
    fail = False

    def __hash__(self):
        if Bad.fail:
            raise ValueError("hash")
        return 1

    def __eq__(self, other):
        if self is not other:
            raise KeyError("eq")
        return True


table = weakref.WeakKeyDictionary()
a, b = Bad("a"), Bad("b")
table[a] = 1
try:
    table[b] = 2
except KeyError as error:
    print("KeyError", error)
print(len(table), table[a])
Bad.fail = True
c = Bad("c")
try:
    table[c] = 3
except ValueError as error:
    print("ValueError", error)
print(len(table), list(table.values()))
