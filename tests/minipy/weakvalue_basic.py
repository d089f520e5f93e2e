# SPDX-License-Identifier: MIT
# Entries of a WeakValueDictionary are there while their values are.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


table = weakref.WeakValueDictionary()
a, b = Node("a"), Node("b")
table["a"] = a
table["b"] = b
table[3] = a
print(len(table), table["a"], "b" in table, "c" in table, table.get("c"))
del a
gc.collect()
print(len(table), list(table.items()), list(table), 3 in table)
table["b"] = Node("unheld")
gc.collect()
print(len(table), table.get("b", "gone"))
