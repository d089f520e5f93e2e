# SPDX-License-Identifier: MIT
# Generators: lazy, suspended, exhausted.
def numbers():
    print("started")
    yield 1
    print("resumed")
    yield 2
    print("ended")


generator = numbers()
print("made")
print(next(generator), next(generator), next(generator, "over"))
print(list(numbers()))


def fibonacci():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


def take(n, iterable):
    for i, item in enumerate(iterable):
        if i == n:
            return
        yield item


print(list(take(10, fibonacci())), sum(take(5, fibonacci())))


def empty():
    return
    yield


print(list(empty()), list(take(0, [1])))
a, b, c = take(3, fibonacci())
print(a, b, c, max(take(8, fibonacci())), 5 in fibonacci())
generator = take(2, "abc")
print(iter(generator) is generator, next(generator), list(generator), list(generator))
print(type(generator).__name__, tuple(x * x for x in take(3, fibonacci())))
try:
    next(generator)
except StopIteration as stop:
    print("StopIteration", stop.args)
