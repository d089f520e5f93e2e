# SPDX-License-Identifier: MIT
# Sets; printed sorted.
def show(numbers):
    print(sorted(numbers), len(numbers))


a, b = {1, 2, 3, 4}, {3, 4, 5}
show(a | b)
show(a & b)
show(a - b)
show(a ^ b)
show(a.union([9], (8,)))
show(a.intersection(b))
show(a.difference(b))
show(a.symmetric_difference(b))
print(a <= b, {3} < a, a >= {1}, a.issubset(b), a.issuperset({1}), a.isdisjoint({7}))
a.add(10)
a.add(10)
a.discard(99)
a.discard(1)
a.remove(2)
a.update([20, 30])
show(a)
print({5}.pop(), set(), {1}, set([1]), len(set("hello")), 3 in a, 99 not in a)
copy = a.copy()
a.clear()
show(a)
show(copy)
print({1, 2} == {2, 1}, {1} != {2}, {1, 1.0, True})
for attempt in (lambda: set().pop(), lambda: {1}.remove("x"), lambda: {[]}):
    try:
        attempt()
    except (KeyError, TypeError) as error:
        print(type(error).__name__ + ":", error)
