# SPDX-License-Identifier: MIT
# Frames of comprehensions, lambdas, generators and class bodies.
def numbers():
    for x in (2, 1, 0):
        yield 6 // x


try:
    print([n for n in numbers()])
except ZeroDivisionError:
    print("first")
divide = lambda n: [n // d for d in (1, 0)]


class Body:
    value = divide(3)
