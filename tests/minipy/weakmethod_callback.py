# SPDX-License-Identifier: MIT
# Its callback is called once, with the WeakMethod.
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


button = Button("ok")
method = weakref.WeakMethod(button.press, lambda m: print("dead", m is method, m()))
print(method() is not None)
del button
gc.collect()
gc.collect()
print(method())
button = Button("other")
Button.extra = lambda self: "extra"
method = weakref.WeakMethod(button.extra, lambda m: print("function dead", m is method, m()))
print(method()())
del Button.extra
gc.collect()
print(method(), button)
