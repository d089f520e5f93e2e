# SPDX-License-Identifier: MIT
# A reference's hash is its object's; once asked for, it survives the object.
import gc
import weakref


class Point:
    def __init__(self, x):
        self.x = x
        self.me = self

    def __eq__(self, other):
        return self.x == other.x

    def __hash__(self):
        return 1000 + self.x


a, b = Point(1), Point(2)
ra, rb = weakref.ref(a), weakref.ref(b)
print(hash(ra), hash(ra) == hash(a))
del a, b
gc.collect()
print(hash(ra))
try:
    hash(rb)
except TypeError as error:
    print(error)
