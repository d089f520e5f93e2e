# SPDX-License-Identifier: MIT
# str.format with positions, names, attributes, items and specs.
print("{} {} {}".format(1, "two", 3.0), "{1} {0} {1}".format("a", "b"))
print("{name} is {age:>4}".format(name="Ann", age=30))
print("{:>8}|{:<8}|{:^8}|{:*^8}|".format("a", "b", "c", "d"))
print("{:5d}|{:<5d}|{:05d}|{:+d}|{:x}|{:#b}|{:,}".format(1, 2, 3, 4, 255, 5, 1234567))
print("{!r} {!s} {!r:>6}".format("q", "q", "q"), "{{}} {{{}}}".format(1))


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


print("{0.x}, {0.y}; {p.x}".format(Point(1, 2), p=Point(3, 4)))
print("{0[1]} {1[key]}".format([10, 20], {"key": "value"}))
print("{:{}} {:{width}.{digits}f}|".format("a", 5, 3.14159, width=8, digits=2))
print(format(3.5, "8.2f"), format("x", ">4"), format(255, "x"), format(7))
for template, args in (("{} {}", (1,)), ("{2}", (1,)), ("{x}", ())):
    try:
        template.format(*args)
    except (IndexError, KeyError) as error:
        print(type(error).__name__ + ":", error)
