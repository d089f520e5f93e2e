# SPDX-License-Identifier: MIT
# Of two equal keys the first owns the entry.
import gc
import weakref


class Key:
    def __init__(self, name):
        self.name = name
        self.itself = self

    def __eq__(self, other):
        return isinstance(other, Key) and self.name == other.name

    def __hash__(self):
        return hash(self.name)

    def __repr__(self):
        return f"Key({self.name})"


table = weakref.WeakKeyDictionary()
first, second = Key(1), Key(1)
table[first] = "first"
table[second] = "second"
print(len(table), table[first], table[second], table[Key(1)])
print([key is first for key in table])
del second
gc.collect()
print(len(table), table[Key(1)])
del first
gc.collect()
print(len(table), Key(1) in table)
table[Key(2)] = "nobody holds it"
gc.collect()
print(list(table.items()))
