# SPDX-License-Identifier: MIT
# What is missing is a KeyError, what cannot be referenced a TypeError.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


table = weakref.WeakKeyDictionary()
node = Node("a")


def show(name, function, *args):
    try:
        print(name, function(*args))
    except KeyError as error:
        print(name, "KeyError", type(error.args[0]).__name__)
    except TypeError as error:
        print(name, "TypeError", error)


show("get item", lambda: table[node])
show("get", table.get, node)
show("get", table.get, node, "default")
show("pop", table.pop, node)
show("pop", table.pop, node, "default")
show("popitem", table.popitem)
for bad in 5, "text", None, [], (), 2.5:
    show("in", lambda: bad in table)
    show("get item", lambda: table[bad])
    show("set item", table.__setitem__, bad, 1)
    show("get", table.get, bad)
    show("pop", table.pop, bad)
    show("setdefault", table.setdefault, bad)
show("update", table.update, {1: 2})
print(len(table))
