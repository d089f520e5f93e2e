# SPDX-License-Identifier: MIT
# Whatever is done with the proxy of a dead object is a ReferenceError.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


node = Node("a")
proxy = weakref.proxy(node)
print(proxy.name)
del node
gc.collect()


def change():
    proxy.name = 1


def remove():
    del proxy.name


for function in (
    lambda: proxy.name,
    change,
    remove,
    lambda: len(proxy),
    lambda: proxy[0],
    lambda: list(proxy),
    lambda: 1 in proxy,
    lambda: proxy + 1,
    lambda: -proxy,
    lambda: proxy == 1,
    lambda: bool(proxy),
    lambda: str(proxy),
    lambda: f"{proxy}",
    lambda: isinstance(proxy, Node),
):
    try:
        print(function())
    except ReferenceError as error:
        print(type(error).__name__, error)
    except TypeError as error:
        print("TypeError", error)
print(repr(proxy).startswith("<weakproxy at 0x"))
