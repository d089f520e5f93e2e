# SPDX-License-Identifier: MIT
# Exceptions in, through and out of generators.
def fragile():
    try:
        yield 1
        raise ValueError("inside")
    except ValueError as error:
        yield "caught " + str(error)
    finally:
        yield "finally"
    raise KeyError("out")


generator = fragile()
try:
    for value in generator:
        print(value)
except KeyError as error:
    print("KeyError", error)
print(list(generator))


def stops():
    yield 1
    raise StopIteration


try:
    list(stops())
except RuntimeError as error:
    print(error)


def itself():
    yield next(running)


running = itself()
try:
    next(running)
except ValueError as error:
    print(error)


def with_context():
    with Managed():
        yield 1
        yield 2


class Managed:
    def __enter__(self):
        print("enter")

    def __exit__(self, *rest):
        print("exit", rest[0])


print(list(with_context()))
try:
    next(5)
except TypeError as error:
    print(error)
