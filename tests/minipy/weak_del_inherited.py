# SPDX-License-Identifier: MIT
# __del__ is looked up in the class, and inherited.
import gc

log = []


class Base:
    def __init__(self):
        self.me = self

    def __del__(self):
        log.append("Base.__del__ of " + type(self).__name__)


class Inherits(Base):
    pass


class Extends(Base):
    def __del__(self):
        log.append("Extends.__del__")
        super().__del__()


def make(kind):
    kind()


make(Base)
gc.collect()
make(Inherits)
gc.collect()
make(Extends)
gc.collect()
for line in log:
    print(line)
