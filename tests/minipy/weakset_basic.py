# SPDX-License-Identifier: MIT
# Elements of a WeakSet are in it while they live.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


a, b, c = Node("a"), Node("b"), Node("c")
group = weakref.WeakSet([a, b])
group.add(c)
group.add(a)
print(len(group), a in group, Node("d") in group, 5 in group)
del b
gc.collect()
print(len(group), sorted(node.name for node in group))
group.discard(a)
group.discard(a)
group.remove(c)
print(len(group), bool(group), list(group))
group.add(Node("unheld"))
gc.collect()
print(len(group))
