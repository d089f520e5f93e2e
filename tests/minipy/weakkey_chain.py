# SPDX-License-Identifier: MIT
# Each value is the next key: the chain lives and dies with its first key.
# by rule: CPython prints something else.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


table = weakref.WeakKeyDictionary()
first = node = Node(0)
for i in range(1, 100):
    following = Node(i)
    table[node] = following
    node = following
del node, following
gc.collect()
print(len(table))
count, node = 0, first
while node in table:
    node = table[node]
    count += 1
print(count, node)
del node
gc.collect()
print(len(table))
del first
gc.collect()
print(len(table))
