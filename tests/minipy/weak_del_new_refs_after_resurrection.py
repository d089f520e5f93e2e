# SPDX-License-Identifier: MIT
# A resurrected object can be referenced anew, and dies for good later.
import gc
import weakref

back = []
log = []


class Phoenix:
    def __init__(self):
        self.me = self

    def __del__(self):
        log.append("del")
        back.append(self)


def scene():
    return weakref.ref(Phoenix())


old = scene()
gc.collect()
print(old(), log)
new = weakref.ref(back[0], lambda ref: log.append("second death"))
weakref.finalize(back[0], log.append, "finalized")
print(new() is back[0], old())
back.clear()
gc.collect()
print(new(), log)
