# SPDX-License-Identifier: MIT
# A class that nobody uses is garbage too.
import gc
import weakref


def scene():
    class Temporary:
        def method(self):
            return Temporary

    thing = Temporary()
    Temporary.instance = thing
    return weakref.ref(Temporary), weakref.ref(thing)


kind, thing = scene()
gc.collect()
print(kind(), thing())
