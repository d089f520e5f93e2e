# SPDX-License-Identifier: MIT
# small: 1000
# Cyclic garbage in a loop, more than a small heap holds.
import gc
import sys
import weakref


class Node:
    def __init__(self, number):
        self.number = number
        self.data = [number] * 50
        self.me = self


count = 0


def finish():
    global count
    count += 1


live = []
for number in range(int(sys.argv[1]) if len(sys.argv) > 1 else 6000):
    node = Node(number)
    if number % 1000 == 0:
        live.append(node)
        weakref.finalize(node, finish).atexit = False
    elif number % 20 == 0:
        weakref.finalize(node, finish)
del node
gc.collect()
print(count, [node.number for node in live], sum(live[-1].data))
