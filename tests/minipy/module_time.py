# SPDX-License-Identifier: MIT
# The time module, as far as its results are predictable.
import time

start = time.time()
print(type(start).__name__, start > 1600000000)
a = time.perf_counter()
b = time.perf_counter()
print(a <= b, time.monotonic() <= time.monotonic())
time.sleep(0.01)
print(time.perf_counter() - a >= 0.009, time.time() >= start)
print(time.process_time() >= 0)
