# SPDX-License-Identifier: MIT
# __callback__ of a reference and a WeakMethod.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


class Button(Node):
    def press(self):
        pass


def died(ref):
    print("died", type(ref).__name__)


button = Button("ok")
plain, called = weakref.ref(button), weakref.ref(button, died)
print(plain.__callback__, called.__callback__ is died)
for ref in plain, called:
    try:
        ref.__callback__ = None
    except AttributeError as error:
        print(type(error).__name__)
del button
gc.collect()
print(plain.__callback__, plain())
