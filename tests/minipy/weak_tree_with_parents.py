# SPDX-License-Identifier: MIT
# A tree with weak links to the parents.
import gc
import weakref


class Tree:
    def __init__(self, name, parent=None):
        self.name = name
        self.children = []
        self.me = self
        self.parent = None
        if parent is not None:
            self.parent = weakref.ref(parent)
            parent.children.append(self)

    def path(self):
        parent = self.parent() if self.parent else None
        prefix = parent.path() + "/" if parent else ""
        return prefix + self.name


root = Tree("root")
usr = Tree("usr", root)
lib = Tree("lib", usr)
print(lib.path())
del usr
gc.collect()
print(lib.path())
del root
gc.collect()
print(lib.path(), lib.parent())
