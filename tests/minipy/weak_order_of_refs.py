# SPDX-License-Identifier: MIT
# One object, several callbacks: the newest runs first.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


log = []


def say(word):
    return lambda ref: log.append(word)


node = Node()
refs = [weakref.ref(node, say(word)) for word in "one two three four".split()]
del node
gc.collect()
print(log)
