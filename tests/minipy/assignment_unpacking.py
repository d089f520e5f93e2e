# SPDX-License-Identifier: MIT
# Unpacking, with stars, nested, swaps, in for loops.
a, b = 1, 2
a, b = b, a
print(a, b)
(c, d), [e, f] = (1, 2), "xy"
print(c, d, e, f)
first, *rest = [1, 2, 3, 4]
*start, last = "abc"
head, *middle, tail = range(5)
only, *nothing = (9,)
print(first, rest, start, last, head, middle, tail, only, nothing)
x = y = [1]
x.append(2)
print(y)
for i, (p, q) in enumerate([(1, 2), (3, 4)]):
    print(i, p, q)
for first, *rest in [(1, 2, 3), "ab"]:
    print(first, rest)
(single,) = [5]
[m, n] = {1: 0, 2: 0}
print(single, m, n)
items = [0, 0]
items[0], items[1] = 7, 8
print(items, [*items, *"ab"], (*items, 1), {*[1], 1}, {**{"a": 1}, "b": 2})
for values in ([1], [1, 2, 3], []):
    try:
        a, b = values
    except ValueError as error:
        print(error)
try:
    a, *b, c = [1]
except ValueError as error:
    print(error)
try:
    a, b = 5
except TypeError as error:
    print(error)
