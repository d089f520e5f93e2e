# SPDX-License-Identifier: MIT
# An exception in an except clause: both are printed.
def cleanup():
    raise KeyError("while cleaning up")


try:
    [][0]
except IndexError:
    cleanup()
