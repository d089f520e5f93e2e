# SPDX-License-Identifier: MIT
# assert.
assert True
assert 1 + 1 == 2, "never evaluated: " + undefined_name
try:
    assert False
except AssertionError as error:
    print(repr(error), error.args)
try:
    assert [] , "message"
except AssertionError as error:
    print(repr(error), error)
try:
    assert 0, (1, 2)
except AssertionError as error:
    print(error.args)


def positive(x):
    assert x > 0, f"{x} is not positive"
    return x


print(positive(1))
try:
    positive(-1)
except AssertionError as error:
    print(error)
