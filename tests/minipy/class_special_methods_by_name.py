# SPDX-License-Identifier: MIT
# Special methods of the built-in types, called by name.
class A:
    def __repr__(self): return "A:" + super().__repr__()[:20].split(" at")[0]
    def __eq__(self, o): return super().__eq__(o) is NotImplemented
    def __hash__(self): return super().__hash__() and 1
    def __str__(self): return "str:" + super().__str__()
    def __ne__(self, o): return super().__ne__(o)
    def __format__(self, s): return "fmt:" + super().__format__("")
a = A(); print(repr(a), str(a), f"{a}", a == 5, hash(a))
for x in (5, 1.5, "a", [1], (1,), {1: 2}, {1}, range(3), None, len, print, A, a, (i for i in "a"), iter([])):
    print(type(x).__name__, *[n for n in ("__len__", "__iter__", "__next__", "__call__", "__getitem__", "__setitem__", "__add__", "__contains__", "__eq__", "__hash__", "__int__", "__bool__", "__lt__", "__neg__") if hasattr(x, n)])
print((5).__add__(3), (5).__add__("a"), (5).__add__(1.5), (1.5).__add__(2), "a".__add__("b"), [1].__add__([2]), (5).__radd__(3), (5).__sub__(3), (5).__rsub__(3), "ab".__len__(), [1, 2].__getitem__(0), {"a": 1}.__contains__("a"), (1).__eq__(1), (1).__eq__("a"), "a".__lt__("b"), (5).__lt__("a"), (2).__pow__(3), "%s".__mod__(5), (3).__bool__(), (3.7).__int__(), [].__eq__([]), (1).__hash__(), "x".__repr__(), (5).__neg__(), {1}.__or__({2}), (1).__index__())
print(int.__add__(1, 2), str.__len__("abc"), list.__len__([1]), dict.__getitem__({1: 2}, 1), list(map(int.__add__, [1, 2], [3, 4])), sorted([3, 1], key=int.__neg__), object.__eq__(a, a), object.__eq__(a, 5), object.__repr__(a)[:12], object.__hash__(a) == object.__hash__(a))
class B(Exception):
    def __repr__(self): return "B:" + super().__repr__()
    def __str__(self): return "Bs:" + super().__str__()
print(repr(B("x")), str(B("x", 2)))
class C:
    def __init__(self, v): self.v = v
    def __eq__(self, o): return isinstance(o, C) and self.v == o.v
    def __ne__(self, o): return not self.__eq__(o)
    def __lt__(self, o): return self.v < o.v
    def __gt__(self, o): return o.__lt__(self)
print(C(1) == C(1), C(1) != C(1), C(1).__eq__(C(2)), C(2) > C(1), C.__eq__(C(1), C(1)))
