# SPDX-License-Identifier: MIT
# A reference to an unhashable object is unhashable.
import weakref


class Plain:
    def __eq__(self, other):
        return True


plain = Plain()
ref = weakref.ref(plain)
try:
    hash(ref)
except TypeError as error:
    print(error)
try:
    {ref: 1}
except TypeError as error:
    print(error)
numbers = {1, 2}
try:
    hash(weakref.ref(numbers))
except TypeError as error:
    print(error)
