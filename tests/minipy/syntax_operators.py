# SPDX-License-Identifier: MIT
# Precedence of operators.
print(2 + 3 * 4, (2 + 3) * 4, 2 * 3 % 4, -2**2, (-2) ** 2, 2**3**2, 2**-1)
print(1 + 2 << 3, 1 << 2 + 1, 5 & 3 | 4, 5 ^ 1 & 3, ~1 & 0xFF, 7 // 2 * 2)
print(not 1 == 2, not (1 and 0) or 1, 1 or 0 and 0, 1 < 2 == True, not not 1)
print(1 if 0 else 2 if 0 else 3, (lambda: 1 if 1 else 2)(), [1, 2][0] + 1)
print(10 - 2 - 3, 100 / 10 / 2, 2 - -3, +-+5, - -1, 3 - 1 * 2, 1 - (2 - 3))
print("a" + "b" * 2, "%d" % 3 + "x", "x" in "x" + "y", [1] + [2] * 2 == [1, 2, 2])
print(1 in [1] == True, (1 in [1]) == True, [] is not None, not 1 in [2], 1 not in [2])
x = [1, 2, 3]
print(x[-1], -x[-1], x[1:][0], x[len(x) - 1], -x[0] ** 2, (x)[0], x[0] if x else 0)
print(1, 2 if 1 else 3, *x, 4)
a = 5 if x and x[0] else 6; b = lambda: (1, 2); c = b()[1]
print(a, c, 1.5 // 0.5, 3 & 1 == 1, (3 & 1) == 1, 1 | 2 == 2)
