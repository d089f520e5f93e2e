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
table = weakref.WeakKeyDictionary({a: 1})
print(table.setdefault(a, 9), table.setdefault(b, 2), table.setdefault(c))
print(table.pop(c), table.pop(c, "gone"), len(table))
table.update({c: 3})
table.update([(a, 4)])
print(list(table.items()))
print(table.popitem(), table.popitem(), len(table))
table.clear()
print(len(table), list(table))
other = weakref.WeakKeyDictionary([(b, 5), (c, 6)])
table.update(other)
print(sorted(table.values()), table == other, table != other)
other[a] = 7
print(table == other, table == dict(table), dict(other) == other, table == 5)
