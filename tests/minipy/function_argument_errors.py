# SPDX-License-Identifier: MIT
# What calls refuse, in CPython's words.
def none():
    pass


def two(a, b):
    pass


def default(a, b=1):
    pass


def keyword(a, *, key):
    pass


class Thing:
    def method(self, x):
        pass


def attempt(call):
    try:
        call()
    except TypeError as error:
        print(error)


attempt(lambda: none(1))
attempt(lambda: two())
attempt(lambda: two(1))
attempt(lambda: two(1, 2, 3))
attempt(lambda: two(1, a=2))
attempt(lambda: two(1, c=2))
attempt(lambda: default())
attempt(lambda: default(1, 2, 3))
attempt(lambda: keyword(1))
attempt(lambda: keyword(1, 2, key=3))
attempt(lambda: Thing().method())
attempt(lambda: Thing().method(1, 2))
attempt(lambda: Thing(1))
number, text = 5, "text"
attempt(lambda: number())
attempt(lambda: text())
attempt(lambda: none(*number))
attempt(lambda: none(**number))
attempt(lambda: two(1, b=2, **{"b": 3}))
attempt(lambda: (lambda x: x)())
