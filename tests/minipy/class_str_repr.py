# SPDX-License-Identifier: MIT
# __str__ and __repr__.
class Both:
    def __str__(self):
        return "str of both"

    def __repr__(self):
        return "repr of both"


class OnlyRepr:
    def __repr__(self):
        return "OnlyRepr()"


class OnlyStr:
    def __str__(self):
        return "only str"


both, only = Both(), OnlyRepr()
print(both, str(both), repr(both), [both], (both,), {1: both}, f"{both} {both!r}")
print(only, str(only), [only], "%s %r" % (only, both), "{} {!r}".format(both, both))
print(OnlyStr(), repr(OnlyStr()).startswith("<__main__.OnlyStr object at 0x"))
print(f"{both:>15}|" if False else "no spec", f"{str(both):>12}|")


class Child(Both):
    def __str__(self):
        return "child of " + super().__str__()


print(Child(), [Child()])
print(Both, int, str, type(both), type(Both), type(1.5), type(None))


class Bad:
    def __str__(self):
        return 5


try:
    str(Bad())
except TypeError as error:
    print(error)
try:
    f"{both:>9}"
except TypeError as error:
    print(error)
