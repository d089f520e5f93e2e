# SPDX-License-Identifier: MIT
# A WeakMethod lives with its object, not with the bound method.
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
        return "pressed " + self.name


button = Button("ok")
plain = weakref.WeakMethod(button.press)
gc.collect()
print(plain()(), plain() == button.press, plain().__self__ is button)
print(type(plain).__name__, isinstance(plain, weakref.ref))
print(plain == weakref.WeakMethod(button.press), hash(plain) == hash(weakref.WeakMethod(button.press)))
print(plain == weakref.WeakMethod(Button("ok").press), plain != weakref.WeakMethod(button.press))
del button
gc.collect()
print(plain(), plain == plain)
