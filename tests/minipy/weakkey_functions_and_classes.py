# SPDX-License-Identifier: MIT
# Functions and classes are keys, too.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


table = weakref.WeakKeyDictionary()


def make():
    def function():
        return function

    class Local:
        pass

    return function, Local


function, local = make()
table[function] = "function"
table[local] = "class"
table[Node] = "global class"
print(sorted(table.values()), table[local], local in table)
del function, local
gc.collect()
print(sorted(table.values()))
