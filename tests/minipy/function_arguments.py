# SPDX-License-Identifier: MIT
# Positional, keyword, default, starred parameters.
def f(a, b=2, *args, c, d=4, **kwargs):
    return (a, b, args, c, d, kwargs)


print(f(1, c=3))
print(f(1, 20, 30, 40, c=3, d=5, e=6))
print(f(c=1, a=2))
print(f(*[1, 2, 3], **{"c": 4, "z": 5}))
print(f(1, *(2,), *[3], c=0, **{}, x=9))


def defaults(x, items=[]):
    items.append(x)
    return items


print(defaults(1), defaults(2), defaults(3, []))


def only_keywords(*, key="k"):
    return key


print(only_keywords(), only_keywords(key=5))
print((lambda *a, **k: (a, k))(1, 2, x=3))


def nothing():
    pass


print(nothing(), nothing.__name__, f.__name__, (lambda: 0).__name__)


def trailing(
    a,
    b,
):
    return a - b


print(trailing(b=1, a=10), print("printed"))
