# SPDX-License-Identifier: MIT
# valuerefs() and itervaluerefs() are references to the values.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


a, b = Node("a"), Node("b")
table = weakref.WeakValueDictionary(a=a, b=b)
refs = table.valuerefs()
print(type(refs).__name__, [ref() for ref in refs])
print([ref() for ref in table.itervaluerefs()])
del a
gc.collect()
print([ref() for ref in refs if ref()], [ref() for ref in table.valuerefs()])
