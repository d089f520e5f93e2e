# SPDX-License-Identifier: MIT
# Proxies without callbacks are shared; callbacks get the proxy, newest first.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


node = Node("a")
first, second = weakref.proxy(node), weakref.proxy(node)
print(first is second, first is not weakref.ref(node))
called = weakref.proxy(node, lambda p: print("proxy", p is called))
ref = weakref.ref(node, lambda r: print("ref", r is ref))
gc.collect()
print(called is first, weakref.getweakrefcount(node))
for bad in 5, "text", None:
    try:
        weakref.proxy(bad)
    except TypeError as error:
        print(error)
try:
    {first: 1}
except TypeError as error:
    print(error)
del node
gc.collect()
