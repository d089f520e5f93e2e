# SPDX-License-Identifier: MIT
# __eq__ and __hash__.
class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __eq__(self, other):
        if not isinstance(other, Point):
            return NotImplemented
        return self.x == other.x and self.y == other.y

    def __hash__(self):
        return hash((self.x, self.y))


class Plain:
    pass


class Unhashable:
    def __eq__(self, other):
        return True


a, b, c = Point(1, 2), Point(1, 2), Point(3, 4)
print(a == b, a != b, a == c, a != c, a == 5, a != 5, a is b)
print(len({a, b, c}), {a: "one"}[b], b in [c, a], [c, a].index(b), [a, b, c].count(a))
plain, other = Plain(), Plain()
print(plain == plain, plain == other, plain != other, len({plain, other, plain}))
unhashable = Unhashable()
print(unhashable == 5, unhashable != 5, 5 == unhashable)
for attempt in (lambda: hash(unhashable), lambda: {unhashable}, lambda: {unhashable: 1}):
    try:
        attempt()
    except TypeError as error:
        print(error)
print((a, 1) == (b, 1), [a] == [b], {1: a} == {1: b}, hash(a) == hash(b))
try:
    a < b
except TypeError as error:
    print(error)
