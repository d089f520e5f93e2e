# SPDX-License-Identifier: MIT
# Union, intersection, differences, and their operators.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.itself = self  # garbage of a Node is cyclic

    def __repr__(self):
        return f"Node({self.name})"


a, b, c, d = nodes = [Node(name) for name in "abcd"]
left, right = weakref.WeakSet([a, b, c]), weakref.WeakSet([c, d])


def names(group):
    return "".join(sorted(node.name for node in group))


print(names(left | right), names(left & right), names(left - right), names(left ^ right))
print(names(left.union([d])), names(left.intersection([a, 5])))
print(names(left.difference([a])), names(left.symmetric_difference([a, d])))
print(type(left | right).__name__, names(left), names(right))
left |= right
print(names(left))
left -= [a]
print(names(left))
left &= [b, c, d]
print(names(left))
left ^= [b, a]
print(names(left))
left.update([a, b])
left.difference_update([b])
left.intersection_update([a, c])
left.symmetric_difference_update([c, d])
print(names(left))
left.clear()
print(len(left))
