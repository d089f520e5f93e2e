# SPDX-License-Identifier: MIT
# Local, enclosing, global, built-in names.
x = "global"


def reads():
    return x


def writes():
    x = "local"
    return x


def fails():
    try:
        print(x)
    except UnboundLocalError as error:
        print(error)
    x = 1


print(reads(), writes(), x)
fails()


def shadow(len):
    return len


print(shadow(5), len("abc"))


def unbound_free():
    def inner():
        return value

    try:
        inner()
    except NameError as error:
        print(error)
    value = 1
    print(inner())


unbound_free()


class Scope:
    x = "class"
    y = x + " body"

    def method(self):
        return x


print(Scope.y, Scope().method())
print([x for x in range(3)], x)
try:
    undefined_thing
except NameError as error:
    print(error)
