# SPDX-License-Identifier: MIT
# Chained comparisons evaluate the middle once and stop early.
def value(x):
    print("value", x)
    return x


print(value(1) < value(2) < value(3))
print(value(3) < value(2) < value(1))
print(1 < 2 > 0 != 5, 1 == 1 == 1, 1 < 3 < 2, 5 > 4 >= 4 > 3)
a = None
print(1 in [1, 2] in [[1, 2]], a is a is None, 0 <= 5 < 10)
a = b = c = 3
print(a == b == c, a is b is c, a < 4 > b)
print((1, 2) < (1, 3), [1, 2] < [1, 2, 0], (2,) > (1, 9), [] < [0])
print("a" < "b" < "c", {1: 2} == {1: 2.0}, {1, 2} == {2, 1}, [1] == (1,))
