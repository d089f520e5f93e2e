# SPDX-License-Identifier: MIT
# enable, disable, isenabled; an explicit collection works in any case.
import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


print(gc.isenabled())
gc.disable()
print(gc.isenabled())
ref = weakref.ref(Node(), lambda ref: print("died"))
gc.collect()
print(ref())
gc.enable()
print(gc.isenabled())
