# SPDX-License-Identifier: MIT
# Properties: read, write, delete, inherited.
class Circle:
    def __init__(self, radius):
        self._radius = radius

    @property
    def radius(self):
        print("get")
        return self._radius

    @radius.setter
    def radius(self, value):
        if value < 0:
            raise ValueError("negative radius")
        print("set", value)
        self._radius = value

    @property
    def area(self):
        return 3 * self._radius**2


class Named(Circle):
    @property
    def area(self):
        return "area %d" % super().area


circle = Circle(2)
print(circle.radius, circle.area)
circle.radius = 3
circle.radius += 1
print(circle.area, Named(1).area, hasattr(circle, "radius"))
try:
    circle.radius = -1
except ValueError as error:
    print(error)
for attempt in (
    lambda: setattr(circle, "area", 1),
    lambda: delattr(circle, "radius"),
):
    try:
        attempt()
    except AttributeError as error:
        print(error)


class Old:
    def get(self):
        return "through property()"

    value = property(get)


print(Old().value)
