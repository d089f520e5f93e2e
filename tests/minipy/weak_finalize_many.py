# SPDX-License-Identifier: MIT
# A thousand dead objects: each finalizer runs once.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


counts = [0] * 1000


def finish(number):
    counts[number] += 1


for number in range(1000):
    weakref.finalize(Node(), finish, number)
for i in range(3):
    gc.collect()
print(sum(counts), min(counts), max(counts))
