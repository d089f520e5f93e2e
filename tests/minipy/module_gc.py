# SPDX-License-Identifier: MIT
# The gc module.
import gc

print(gc.isenabled())
gc.disable()
print(gc.isenabled(), type(gc.collect()).__name__, gc.collect() >= 0)
gc.enable()
gc.enable()
print(gc.isenabled())
print(gc.enable(), gc.disable(), gc.isenabled())
gc.enable()
