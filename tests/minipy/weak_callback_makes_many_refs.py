# SPDX-License-Identifier: MIT
# A hundred dying objects, each callback makes a new reference: none is lost.
import gc
import weakref


class Node:
    pass


fired = []
more = []
live = Node()


def died(number):
    def callback(ref):
        fired.append(number)
        more.append(weakref.ref(live, callback))
        more.append(weakref.ref(live, lambda ref: None))

    return callback


def scene():
    refs = []
    last = first = Node()
    for number in range(100):
        node = Node()
        node.previous = last
        last = node
        refs.append(weakref.ref(node, died(number)))
    first.previous = last
    return refs


refs = scene()
gc.collect()
print(len(fired), sorted(fired) == list(range(100)), len(more))
print([ref() for ref in refs] == [None] * 100)
print(len([ref for ref in more if ref() is live]))
more = []
