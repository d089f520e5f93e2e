# SPDX-License-Identifier: MIT
# Nested classes, classes in functions, class attributes of all kinds.
class Outer:
    class Inner:
        value = 1

        def get(self):
            return self.value

    table = {"a": [i * i for i in range(4)]}
    if len(table) > 0:
        flag = "set"
    for i in range(2):
        last = i

    def make(self):
        return Outer.Inner()


print(Outer().make().get(), Outer.table, Outer.flag, Outer.last)


def make_class(base, name):
    class Made(base):
        label = name

        def describe(self):
            return label_of(self)

    def label_of(thing):
        return thing.label + "!"

    return Made


A = make_class(object, "a")
B = make_class(A, "b")
print(A().describe(), B().describe(), issubclass(B, A), A.__name__, B is A)
print(Outer.Inner, A, Outer.make.__name__)


class Empty:
    pass


class Exotic(Exception):
    code = 5


empty = Empty()
empty.self = empty
print(empty.self.self.self is empty, Exotic.code, Exotic("x").args)
print(isinstance(Exotic(), Exception), object() == object())
