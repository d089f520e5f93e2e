# SPDX-License-Identifier: MIT
# Of two equal elements the first is in the set.
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


first, second = Key(1), Key(1)
group = weakref.WeakSet([first, second])
print(len(group), second in group, [element is first for element in group])
del first
gc.collect()
print(len(group), second in group)
group.add(second)
print(len(group), group.pop() is second, len(group))
