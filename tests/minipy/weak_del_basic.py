# SPDX-License-Identifier: MIT
# __del__ runs when a cycle is collected.
import gc


class Node:
    def __init__(self, name):
        self.name = name
        self.me = self

    def __del__(self):
        print("del", self.name, self.me is self)


node = Node("a")
gc.collect()
print("alive")
del node
gc.collect()
print("after")
gc.collect()
