# SPDX-License-Identifier: MIT
# Living references are equal if their objects are, dead ones if they are the
# same.
import gc
import weakref


class Point:
    def __init__(self, x):
        self.x = x
        self.me = self

    def __eq__(self, other):
        return self.x == other.x

    def __hash__(self):
        return hash(self.x)


def died(ref):
    pass


a, b, c = Point(1), Point(1), Point(2)
ra, rb, rc = weakref.ref(a), weakref.ref(b), weakref.ref(c)
ra2 = weakref.ref(a, died)
print(ra == rb, ra == rc, ra == ra2, ra != rb, ra != rc)
print(ra == 1, ra != None)
del b
gc.collect()
print(ra == rb, rb == rb, ra == ra2)
del a
gc.collect()
print(ra == rb, ra == ra2, ra == ra, ra2 == ra2, ra != rb)
