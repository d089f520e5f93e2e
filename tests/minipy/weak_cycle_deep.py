# SPDX-License-Identifier: MIT
# A long chain is marked and freed without deep recursion.
import gc
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


head, end = chain(20000)
gc.collect()
print(end() is not None)
head = None
gc.collect()
print(end())
