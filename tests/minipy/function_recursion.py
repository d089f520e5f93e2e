# SPDX-License-Identifier: MIT
# Recursion, mutual recursion, and its limit.
def factorial(n):
    return 1 if n < 2 else n * factorial(n - 1)


def even(n):
    return True if n == 0 else odd(n - 1)


def odd(n):
    return False if n == 0 else even(n - 1)


def hanoi(n, a, b, c):
    if n == 0:
        return 0
    return hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a)


def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


print(factorial(20), even(100), odd(7), hanoi(8, 1, 2, 3), ackermann(2, 3))


def depth(n):
    return depth(n + 1)


try:
    depth(0)
except RecursionError as error:
    print(type(error).__name__, str(error).startswith("maximum recursion depth"))


def nested(n):
    return [nested(n - 1)] if n else []


print(nested(5), len(repr(nested(100))))
print("goes on")
