# SPDX-License-Identifier: MIT
# Endless recursion through methods, repr, generators is an exception.
class Endless:
    def __repr__(self):
        return repr(self)

    def __eq__(self, other):
        return self == other

    def __call__(self):
        return self()

    def __getitem__(self, key):
        return self[key]

    def __len__(self):
        return len(self)


def walk(n):
    for x in walk(n + 1):
        yield x


endless = Endless()
for action in (
    lambda: repr(endless),
    lambda: endless == endless,
    lambda: endless(),
    lambda: endless[0],
    lambda: len(endless),
    lambda: list(walk(0)),
    lambda: sorted([3, 1, 2], key=lambda x: endless()),
):
    try:
        action()
    except RecursionError:
        print("RecursionError")
