# SPDX-License-Identifier: MIT
# yield in odd places.
def echo():
    x = yield
    print("x is", x)
    y = yield 5
    yield (x, y)
    print([(yield 1), (yield 2)])


print(list(echo()))


def conditional(flag):
    value = (yield "a") if flag else (yield "b")
    yield value


print(list(conditional(True)), list(conditional(False)))


def in_call():
    print("got", (yield 1))
    yield 1, 2
    yield


print(list(in_call()))
squares = (x * x for x in range(5) if x % 2)
print(next(squares), list(squares), sum(x for x in [1, 2]), any(x > 2 for x in [1, 3]))
print(all(x for x in []), sorted((x for x in "hello"), reverse=True))
