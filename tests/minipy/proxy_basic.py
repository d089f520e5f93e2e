# SPDX-License-Identifier: MIT
# A proxy stands for its object.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


class Box(Node):
    def __init__(self, *items):
        super().__init__("box")
        self.items = list(items)

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        return self.items[index]

    def __setitem__(self, index, item):
        self.items[index] = item

    def __delitem__(self, index):
        del self.items[index]

    def __contains__(self, item):
        return item in self.items

    def __iter__(self):
        return iter(self.items)

    def __add__(self, other):
        return ("add", other)

    def __radd__(self, other):
        return ("radd", other)

    def __call__(self, *args):
        return ("called", args)

    def __eq__(self, other):
        return isinstance(other, Box) and self.items == other.items


box = Box(1, 2, 3)
proxy = weakref.proxy(box)
print(len(proxy), proxy[0], proxy[-1], proxy[1:], 2 in proxy, list(proxy), sum(proxy))
proxy[0] = 9
del proxy[1]
proxy.name = "renamed"
print(box.items, box.name, proxy.items is box.items)
print(proxy + 1, 1 + proxy, proxy("x"), proxy == box, proxy == Box(9, 3), proxy != box)
print(str(proxy), isinstance(proxy, Box), proxy.__class__ is Box, bool(proxy))
print(type(proxy).__name__, proxy is weakref.proxy(box), [x for x in proxy], *proxy)
first, second = proxy
print(first, second, f"{proxy}", hasattr(proxy, "items"), getattr(proxy, "none", None))
