# SPDX-License-Identifier: MIT
# sys.exit in a function, through finally and with.
import sys


class Managed:
    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        print("exit", kind.__name__, value)


def leave():
    try:
        with Managed():
            sys.exit(7)
    finally:
        print("finally")


for code in (None, 0, 5, "text"):
    try:
        sys.exit(code)
    except SystemExit as stop:
        print(repr(stop.code), stop.args)
try:
    leave()
except Exception:
    print("must not come here")
print("must not come here either")
