# SPDX-License-Identifier: MIT
# __enter__ and __exit__.
class Managed:
    def __init__(self, name, swallow=False):
        self.name, self.swallow = name, swallow

    def __enter__(self):
        print("enter", self.name)
        return self.name.upper()

    def __exit__(self, kind, value, traceback):
        print("exit", self.name, kind.__name__ if kind else None, value)
        return self.swallow


with Managed("a") as a:
    print("body", a)
with Managed("b"), Managed("c") as c:
    print("body", c)
with Managed("d", True):
    raise ValueError("swallowed")
try:
    with Managed("e"):
        raise KeyError("passed on")
except KeyError as error:
    print("caught", error)


def returns():
    with Managed("f"):
        return "returned"


print(returns())
for i in range(3):
    with Managed(str(i)):
        if i == 0:
            continue
        break
with Managed("outer", True) as outer:
    with Managed("inner"):
        1 / 0
    print("must not come here")
with (Managed("g") as g, Managed("h")):
    print(g)
try:
    with 5:
        pass
except TypeError as error:
    print(error)
