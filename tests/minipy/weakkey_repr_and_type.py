# SPDX-License-Identifier: MIT
# Names and types.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


table = weakref.WeakKeyDictionary()
print(repr(table).startswith("<WeakKeyDictionary at 0x"), str(table) == repr(table))
print(type(table), isinstance(table, weakref.WeakKeyDictionary))
print(isinstance(table, dict), isinstance({}, weakref.WeakKeyDictionary))
for function in (lambda: hash(table), lambda: table(), lambda: len(table) + table):
    try:
        print(function())
    except TypeError as error:
        print(error)
