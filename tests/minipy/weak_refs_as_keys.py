# SPDX-License-Identifier: MIT
# References as keys: equal while the objects live, distinct when dead.
import gc
import weakref


class Point:
    def __init__(self, x):
        self.x = x
        self.me = self

    def __eq__(self, other):
        return self.x == other.x

    def __hash__(self):
        return self.x


def died(ref):
    pass


a, b = Point(1), Point(1)
ra, rb = weakref.ref(a), weakref.ref(b, died)
table = {ra: "a"}
table[rb] = "b"
print(len(table), table[ra])
hash(rb)
del a, b
gc.collect()
table[rb] = "late"
print(len(table), table[ra], table[rb])
del table[ra]
print(len(table), ra in table, rb in table)
