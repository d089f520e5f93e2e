# SPDX-License-Identifier: MIT
# One __del__ of a ring brings all back; none of them runs again.
import gc

log = []
back = []


class Node:
    def __init__(self, number):
        self.number = number

    def __del__(self):
        log.append(self.number)
        if self.number == 2:
            back.append(self)


def ring(size):
    nodes = [Node(number) for number in range(size)]
    for number in range(size):
        nodes[number].next = nodes[(number + 1) % size]


ring(5)
gc.collect()
print(sorted(log))
node = back.pop()
seen = []
for i in range(5):
    seen.append(node.number)
    node = node.next
print(seen)
del node
gc.collect()
gc.collect()
print(sorted(log), back)
