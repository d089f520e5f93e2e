# SPDX-License-Identifier: MIT
# An exception in __del__ is reported.
import gc


class Node:
    def __init__(self):
        self.me = self

    def __del__(self):
        raise ValueError("in __del__")


node = Node()
del node
gc.collect()
print("goes on")
