# SPDX-License-Identifier: MIT
# getattr, setattr, hasattr, delattr, and errors of attributes.
class Box:
    shared = [1]

    def method(self):
        return 5


box = Box()
setattr(box, "x", 1)
print(getattr(box, "x"), getattr(box, "y", "default"), hasattr(box, "y"))
delattr(box, "x")
print(hasattr(box, "x"), hasattr(box, "method"), hasattr(Box, "shared"))
box.shared.append(2)
print(Box.shared, Box().shared is box.shared)
Box.added = lambda self: "added later"
print(box.added(), getattr(box, "method")())
for attempt in (
    lambda: box.missing,
    lambda: Box.missing,
    lambda: (5).missing,
    lambda: None.missing,
    lambda: "text".missing,
    lambda: [].missing,
    lambda: box.method.missing,
    lambda: print.missing,
    lambda: delattr(box, "zz"),
    lambda: setattr(5, "x", 1),
):
    try:
        attempt()
    except AttributeError as error:
        print(error)
print(callable(box), callable(Box), callable(box.method), callable(len), callable(5))
