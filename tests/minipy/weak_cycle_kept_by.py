# SPDX-License-Identifier: MIT
# The same shapes, held: the object stays.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.me = self

    def get(self):
        return self.name


def closure(node):
    def get():
        return node.name

    return get


def walk(node):
    yield node.name
    yield node.name + "!"


def scene():
    nodes = [Node(name) for name in "abcdef"]
    refs = [weakref.ref(node) for node in nodes]
    holders = {
        "list": [nodes[0]],
        "tuple": (0, (nodes[1],)),
        "closure": closure(nodes[2]),
        "method": nodes[3].get,
        "generator": walk(nodes[4]),
    }
    next(holders["generator"])
    return refs, holders


refs, holders = scene()
gc.collect()
print([ref().name if ref() else None for ref in refs])
print(holders["closure"](), holders["method"](), next(holders["generator"]))
del holders["closure"], holders["tuple"]
gc.collect()
print([ref().name if ref() else None for ref in refs])
holders.clear()
gc.collect()
print([ref() for ref in refs])
