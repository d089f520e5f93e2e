# SPDX-License-Identifier: MIT
# small: 1000
# A long chain is marked and freed without deep recursion.
import gc
import sys
import weakref


class Node:
    def __init__(self, next):
        self.next = next


def chain(length):
    end = Node(None)
    head = end
    for i in range(length):
        head = Node(head)
    end.next = head
    return head, weakref.ref(end)


head, end = chain(int(sys.argv[1]) if len(sys.argv) > 1 else 20000)
gc.collect()
print(end() is not None)
head = None
gc.collect()
print(end())
