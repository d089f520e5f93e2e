# SPDX-License-Identifier: MIT
# getweakrefs() lists references, proxies and methods.
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
print(weakref.getweakrefs(button), weakref.getweakrefcount(button))
ref = weakref.ref(button)
called = weakref.ref(button, lambda r: None)
proxy = weakref.proxy(button)
refs = weakref.getweakrefs(button)
print(len(refs), weakref.getweakrefcount(button), any(r is ref for r in refs))
print(any(r is called for r in refs), any(r is proxy for r in refs))
print(weakref.getweakrefs(5), weakref.getweakrefcount("text"))
refs = None
del called
gc.collect()
print(weakref.getweakrefcount(button))
