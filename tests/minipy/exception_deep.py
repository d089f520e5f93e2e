# SPDX-License-Identifier: MIT
# Exceptions through many frames; the state after them is sound.
log = []


def level(n):
    try:
        if n == 0:
            raise ValueError("bottom")
        level(n - 1)
    finally:
        log.append(n)


try:
    level(50)
except ValueError as error:
    print(error, len(log), log[:3], log[-1])


def replace(n):
    try:
        if n == 0:
            raise KeyError(0)
        replace(n - 1)
    except KeyError as error:
        raise KeyError(error.args[0] + n)


try:
    replace(10)
except KeyError as error:
    print(error)
    depth = 0
    while error.__context__ is not None:
        error = error.__context__
        depth += 1
    print(depth)


def swallow():
    for i in range(100):
        try:
            [1, 2][i]
            {}[i]
        except IndexError:
            return i
        except KeyError:
            continue


print(swallow())
print(sorted([3, 1, 2], key=lambda x: -x))
try:
    sorted([3, 1, 2], key=lambda x: 1 / (x - 1))
except ZeroDivisionError:
    print("through sorted")
try:
    list(map(lambda x: x.missing, [1]))
except AttributeError as error:
    print(error)
