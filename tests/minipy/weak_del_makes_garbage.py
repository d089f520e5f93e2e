# SPDX-License-Identifier: MIT
# __del__ may allocate and make new cycles with __del__ of their own.
import gc

log = []


class Node:
    def __init__(self, depth):
        self.depth = depth
        self.me = self

    def __del__(self):
        log.append(self.depth)
        if self.depth > 0:
            Node(self.depth - 1)


Node(3)
for i in range(6):
    gc.collect()
print(log)
