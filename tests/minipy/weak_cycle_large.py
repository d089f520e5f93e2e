# SPDX-License-Identifier: MIT
# small: 200
# A ring of some thousand objects goes in one collection.
import gc
import sys
import weakref


class Node:
    pass


count = 0


def died(ref):
    global count
    count += 1


def ring(size):
    first = last = Node()
    refs = [weakref.ref(first, died)]
    for i in range(size - 1):
        node = Node()
        last.next = node
        node.previous = last
        last = node
        refs.append(weakref.ref(node, died))
    last.next = first
    return first, refs


first, refs = ring(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
gc.collect()
print(count, first.next.previous is first)
first = None
gc.collect()
print(count, len([ref for ref in refs if ref() is not None]))
