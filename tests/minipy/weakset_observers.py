# SPDX-License-Identifier: MIT
# Observers that need not say good-bye.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


class Subject:
    def __init__(self):
        self.observers = weakref.WeakSet()

    def notify(self, event):
        for name in sorted(observer.name for observer in self.observers):
            print(name, "saw", event)


subject = Subject()
a, b = Node("a"), Node("b")
subject.observers.add(a)
subject.observers.add(b)
subject.notify("one")
del a
gc.collect()
subject.notify("two")
del b
gc.collect()
subject.notify("three")
print(len(subject.observers))
