# SPDX-License-Identifier: MIT
# setdefault, pop, popitem, update, clear, copy.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


a, b, c = Node("a"), Node("b"), Node("c")
table = weakref.WeakValueDictionary(x=a)
print(table.setdefault("x", b), table.setdefault("y", b))
print(table.pop("y"), table.pop("y", None), len(table))
table.update({"z": c})
table.update([("w", b)])
table.update(v=a)
print(sorted(table.items(), key=lambda item: item[0]))
copy = table.copy()
print(copy == table, copy is table, copy == dict(table))
print(table.popitem(), len(table), len(copy))
table.clear()
print(len(table), len(copy))
del a
gc.collect()
print(sorted(copy))
