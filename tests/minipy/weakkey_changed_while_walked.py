# SPDX-License-Identifier: MIT
# A walk ends with an error if the program changes the size.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


keep = [Node(i) for i in range(3)]
table = weakref.WeakKeyDictionary()
for node in keep:
    table[node] = node.name


def walk(change):
    met = 0
    try:
        for node in table:
            met += 1
            change(node)
    except RuntimeError as error:
        return met, str(error)
    return met, "to the end"


more = Node("more")
print(walk(lambda node: None))
print(walk(lambda node: table.__setitem__(node, "changed")))
print(walk(lambda node: table.__setitem__(more, 1)))
print(walk(lambda node: table.pop(more, None)))
print(walk(lambda node: table.clear()))
print(len(table))
