# SPDX-License-Identifier: MIT
# What a resurrected object reaches comes back with it, intact.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name


class Root(Node):
    def __del__(self):
        back.append(self)


back = []


def scene():
    root = Root("root")
    root.children = [Node("x"), Node("y")]
    for child in root.children:
        child.parent = root
    return [weakref.ref(child) for child in root.children]


refs = scene()
gc.collect()
root = back.pop()
print(root.name, [child.name for child in root.children])
print([child.parent is root for child in root.children])
print([ref() for ref in refs])
again = weakref.ref(root.children[0])
del root
gc.collect()
print(again(), back)
