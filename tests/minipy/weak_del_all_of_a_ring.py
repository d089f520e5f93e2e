# SPDX-License-Identifier: MIT
# Every __del__ of a ring runs once, and sees its neighbours whole.
import gc

log = []


class Node:
    def __init__(self, number):
        self.number = number

    def __del__(self):
        log.append((self.number, self.next.number, self.next.next.number))


def ring(size):
    nodes = [Node(number) for number in range(size)]
    for number in range(size):
        nodes[number].next = nodes[(number + 1) % size]


ring(6)
gc.collect()
gc.collect()
for line in sorted(log):
    print(line)
