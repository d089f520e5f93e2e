# SPDX-License-Identifier: MIT
# What is missing, and what cannot be a value or a key.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


table = weakref.WeakValueDictionary()
node = Node("a")


def show(function, *args):
    try:
        print(function(*args))
    except Exception as error:
        print(type(error).__name__, error)


show(lambda: table["missing"])
show(table.pop, "missing")
show(table.popitem)
show(table.__delitem__, "missing")
show(table.__setitem__, "key", 5)
show(table.__setitem__, "key", "text")
show(table.__setitem__, "key", None)
show(table.__setitem__, [], node)
show(lambda: table[[]])
show(table.setdefault, "key", 5)
show(table.update, {"a": 1})
show(table.update, 5)
show(weakref.WeakValueDictionary, 5)
print(len(table))
