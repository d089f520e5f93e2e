# SPDX-License-Identifier: MIT
# What cannot be referenced.
import weakref

for value in (1, 2.5, "text", None, True, [1], (1, 2), {"a": 1}):
    try:
        weakref.ref(value)
    except TypeError as error:
        print(error)
try:
    weakref.finalize([], print)
except TypeError as error:
    print(error)
