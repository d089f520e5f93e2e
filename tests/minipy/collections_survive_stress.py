# SPDX-License-Identifier: MIT
# Many entries that come and go.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


table = weakref.WeakKeyDictionary()
values = weakref.WeakValueDictionary()
group = weakref.WeakSet()
keep = {}
for i in range(300):
    node = Node(i)
    table[node] = i
    values[i] = node
    group.add(node)
    if i % 7 == 0:
        keep[i] = node
    if i % 5 == 0:
        keep.pop(i - 35, None)
del node
gc.collect()
print(len(keep), len(table), len(values), len(group))
print(sorted(table.values()) == sorted(keep), sorted(values) == sorted(keep))
print(sorted(node.name for node in group) == sorted(keep))
