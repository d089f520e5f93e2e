# SPDX-License-Identifier: MIT
# What is missing, and what cannot be an element.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


group = weakref.WeakSet()
node = Node("a")


def show(function, *args):
    try:
        print(function(*args))
    except KeyError as error:
        print("KeyError", error if isinstance(error.args[0], str) else "of a reference")
    except TypeError as error:
        print("TypeError", error)


show(group.pop)
show(group.remove, node)
show(group.discard, node)
for bad in 5, "text", None, []:
    show(group.add, bad)
    show(group.remove, bad)
    show(group.discard, bad)
    show(lambda: bad in group)
show(group.update, [1])
show(weakref.WeakSet, [1])
show(weakref.WeakSet, 5)
show(hash, group)
