# SPDX-License-Identifier: MIT
# Instances, functions, classes, sets, generators can be referenced.
import gc
import weakref


class Node:
    def method(self):
        pass


def function():
    pass


def generator():
    yield 1


node = Node()
numbers = {1, 2}
running = generator()
anonymous = lambda: 0
for value in (node, Node, function, anonymous, numbers, running):
    print(weakref.ref(value)() is value)
gc.collect()
ref = weakref.ref(numbers)
print(sorted(ref()))
ref().add(3)
print(sorted(numbers))
