# SPDX-License-Identifier: MIT
# Functions, classes and sets can have finalizers.
import gc
import weakref

log = []


def scene():
    def function():
        return function

    class Temporary:
        pass

    numbers = {1, 2, 3}
    weakref.finalize(function, log.append, "function")
    weakref.finalize(Temporary, log.append, "class")
    weakref.finalize(numbers, log.append, "set")


scene()
gc.collect()
gc.collect()
print(sorted(log))
