# SPDX-License-Identifier: MIT
# range, enumerate, zip, reversed.
print(list(range(5)), list(range(2, 8)), list(range(10, 0, -3)), list(range(0)))
print(range(5), range(1, 10, 2), len(range(0, 10, 3)), 4 in range(0, 10, 2))
print(range(10)[3], range(10)[-1], list(range(10)[2:5]), list(reversed(range(4))))
print(list(enumerate("abc")), list(enumerate("ab", 1)), list(enumerate([], start=5)))
print(list(zip([1, 2, 3], "ab")), list(zip()), list(zip([1], [2], [3])))
print(list(reversed([1, 2, 3])), list(reversed("abc")), list(reversed((1, 2))))
a, b = zip(*[(1, "a"), (2, "b")])
print(a, b)
print(sum(range(101)), max(range(3)), sorted(range(3), reverse=True))
try:
    range(1, 2, 0)
except ValueError as error:
    print(error)
try:
    range(1.5)
except TypeError as error:
    print(error)
