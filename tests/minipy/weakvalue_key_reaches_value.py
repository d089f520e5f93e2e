# SPDX-License-Identifier: MIT
# A key that reaches its value keeps nothing: CPython leaks it.
# by rule: CPython prints something else.
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


class Value(Key):
    pass


table = weakref.WeakValueDictionary()
for i in range(5):
    value = Value(i)
    key = Key(i)
    key.value = value
    table[key] = value
del key
gc.collect()
print(len(table), list(table.values()) == [value])
del value
gc.collect()
print(len(table))
