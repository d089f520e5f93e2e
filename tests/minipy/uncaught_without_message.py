# SPDX-License-Identifier: MIT
# An uncaught exception without arguments.
print("before")
raise ValueError
