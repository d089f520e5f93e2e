# SPDX-License-Identifier: MIT
# del of names, items, slices, attributes.
items = list(range(10))
del items[0], items[-1]
del items[1:3]
print(items)
del items[::2]
print(items)
table = {"a": 1, "b": 2}
del table["a"]
print(table)


class Box:
    pass


box = Box()
box.x = 1
del box.x
print(hasattr(box, "x"))
name = 1
del name
try:
    name
except NameError as error:
    print(error)


def local():
    value = 1
    del value
    try:
        value
    except UnboundLocalError as error:
        print(error)


local()
for what in ("key", "attribute", "index"):
    try:
        if what == "key":
            del table["zz"]
        elif what == "attribute":
            del box.zz
        else:
            del items[100]
    except (KeyError, AttributeError, IndexError) as error:
        print(type(error).__name__ + ":", error)
