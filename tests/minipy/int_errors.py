# SPDX-License-Identifier: MIT
# Errors of integer arithmetic.
def attempt(function):
    try:
        print(function())
    except (ZeroDivisionError, TypeError, ValueError) as error:
        print(type(error).__name__ + ":", error)


attempt(lambda: 1 / 0)
attempt(lambda: 1 // 0)
attempt(lambda: 1 % 0)
attempt(lambda: divmod(1, 0))
attempt(lambda: 0**-1)
attempt(lambda: 1 << -1)
attempt(lambda: 1 + "1")
attempt(lambda: 1 - None)
attempt(lambda: "a" * "b")
attempt(lambda: -"a")
attempt(lambda: ~1.5)
attempt(lambda: 1 & 2.0)
attempt(lambda: 1 < "1")
attempt(lambda: None >= 1)
attempt(lambda: [] < 1)
attempt(lambda: chr(-1))
attempt(lambda: ord("ab"))
