# SPDX-License-Identifier: MIT
# The order of a set of integers depends on what was added and deleted before.
a = {1, 2, 3, 4, 5, 6}
a.discard(1)
a.discard(2)
a.add(33)
a.add(34)
print(a)
a = {2, 40, 7}
a ^= {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
print(a)
print(set([-2, -3, 255, 254, 2, 1]).union([1, -2, 10]))
a = set(range(0, 300, 7))
for step in 3, 5, 11:
    others = list(range(-20, 200, step))
    print(a.symmetric_difference(others))
    print(a.intersection(reversed(others)))
    print(a.difference(others), a - set(others))
    a.symmetric_difference_update(others)
    print(a)
    a.difference_update(others[::2])
    print(a, a | set(others[:3]), a ^ set(others))
    a.intersection_update(others[1:])
    print(a)
    a -= a
    print(a, len(a))
    a.update(others)
