# SPDX-License-Identifier: MIT
# Operators on floats, mixed with integers.
print(7.5 + 2, 7.5 - 2, 7.5 * 2, 7.5 / 2, 7.5 // 2, 7.5 % 2, 7.5**2)
print(-7.5 // 2, -7.5 % 2, 7.5 % -2, 7.5 // -2, divmod(-7.5, 2))
print(2**0.5, 4**0.5, 1e3 == 1000, 0.1 + 0.2 == 0.3)
print(round(2.5), round(3.5), round(-2.5), round(2.675, 2), round(1234.5, -2))
print(round(0.5), round(1.5), round(2.0), round(3.14159, 3), round(10.0, 0))
print(abs(-1.5), min(1.5, 1), max(2, 2.5), sum([0.5, 1, 2]))
print(float("1.5"), float(" -2e3 "), float("nan"), float("-inf"), float())
nan = float("nan")
print(nan == nan, nan != nan, nan < 1, nan in [nan], nan is nan)
print((2.0).is_integer(), (2.5).is_integer(), int(1e10), 3.0 == 3)
for expression in (
    lambda: 1.0 / 0,
    lambda: 1.0 // 0,
    lambda: 1.0 % 0,
    lambda: float("x1"),
    lambda: int(float("nan")),
    lambda: int(float("inf")),
    lambda: 0.0**-1,
):
    try:
        print(expression())
    except (ZeroDivisionError, ValueError, OverflowError) as error:
        print(type(error).__name__ + ":", error)
