# SPDX-License-Identifier: MIT
# Decorators, with and without arguments, stacked, on classes and methods.
def trace(function):
    def wrapper(*args, **kwargs):
        print("call", function.__name__, args, kwargs)
        result = function(*args, **kwargs)
        print("return", result)
        return result

    return wrapper


def repeat(times):
    def decorate(function):
        def wrapper(*args):
            return [function(*args) for i in range(times)]

        return wrapper

    return decorate


@trace
def add(a, b=0):
    return a + b


@repeat(2)
@trace
def square(x):
    return x * x


add(1, b=2)
print(square(3))
registry = {}


def register(kind):
    registry[kind.__name__] = kind
    return kind


@register
class Thing:
    @trace
    def method(self, x):
        return x + 1


print(list(registry), registry["Thing"] is Thing)


class Counted:
    def __init__(self, function):
        self.function = function
        self.calls = 0

    def __call__(self, *args):
        self.calls += 1
        return self.function(*args)


@Counted
def hello(name):
    return "hello " + name


print(hello("a"), hello("b"), hello.calls)
