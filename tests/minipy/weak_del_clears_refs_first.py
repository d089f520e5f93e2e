# SPDX-License-Identifier: MIT
# References are dead before the first __del__ runs, their callbacks have run,
# and they stay dead for a resurrected object.
import gc
import weakref

log = []
back = []
refs = []


class Phoenix:
    def __init__(self):
        self.me = self

    def __del__(self):
        log.append(("del", refs[0]()))
        back.append(self)


def scene():
    phoenix = Phoenix()
    died = lambda ref: log.append(("callback", ref()))
    refs.append(weakref.ref(phoenix, died))


scene()
gc.collect()
for line in log:
    print(line)
print(refs[0](), len(back))
back.clear()
gc.collect()
print(len(log))
