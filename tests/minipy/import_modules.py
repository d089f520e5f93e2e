# SPDX-License-Identifier: MIT
# import in its forms; the modules that are there.
import math, sys
import gc as collector
from math import pi, floor as down
from sys import argv
import weakref

print(math.floor(2.7), down(-2.5), pi == math.pi, collector.isenabled())
print(type(math).__name__, math.__name__, len(argv), argv is sys.argv)


def local():
    import time
    from math import sqrt

    return sqrt(16), time.time() > 0


print(local())
try:
    sqrt
except NameError as error:
    print(error)
try:
    import no_such_module
except ImportError as error:
    print(error, type(error).__name__)
try:
    from math import no_such_name
except ImportError as error:
    print("ImportError", "no_such_name" in str(error))
try:
    math.no_such_attribute
except AttributeError as error:
    print(error)
print(__name__)
if __name__ == "__main__":
    print("main")
