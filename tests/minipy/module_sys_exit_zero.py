# SPDX-License-Identifier: MIT
# sys.exit without an argument, and raise SystemExit, are successes.
import sys

print("before")
try:
    raise SystemExit
except SystemExit as stop:
    print(stop.code)
sys.exit()
