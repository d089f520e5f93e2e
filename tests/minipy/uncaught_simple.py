# SPDX-License-Identifier: MIT
# An uncaught exception: traceback on stderr, status 1.
def inner(x):
    return 10 // x


def outer(x):
    return inner(x - 1) + 1


print(outer(3))
print(outer(1))
print("must not come here")
