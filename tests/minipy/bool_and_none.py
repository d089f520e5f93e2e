# SPDX-License-Identifier: MIT
# Truth values, and, or, not, None and Ellipsis.
for value in (0, 1, 0.0, "", "a", [], [0], (), {}, {1: 2}, set(), None, True, ...):
    print(repr(value), bool(value), not value)
print(1 and 2, 0 and 2, 1 or 2, 0 or "", None or "default", [] or 0 or "end")
print(True and False or True, not True == False, not (1 and 0))
print(None, Ellipsis, ..., None is None, None == 0, ... is Ellipsis)
print(True + 1, True == 1, True is True, isinstance(True, int), str(False))
print(type(None).__name__, type(...).__name__, type(True).__name__)


def noisy(value):
    print("evaluated", value)
    return value


print(noisy(0) and noisy(1), noisy(2) or noisy(3))
print(1 if noisy(0) else 2)
