# SPDX-License-Identifier: MIT
# print with sep, end, file; several values; no values.
import sys

print()
print(1, "a", None, 2.5, [1], sep="-")
print("no newline", end="")
print("!", end="\n\n")
print("a", "b", sep="")
print(*[1, 2, 3], sep=", ")
print(*"abc", sep="\n")
print("x", end=" ", sep="unused")
print(sep="x", end="end\n")
print(None, sep=None, end=None)
print("to stdout", file=sys.stdout)
print("to stderr", file=sys.stderr)
print("tab\tand \\ and 'quotes'", "multi\nline")
try:
    print(1, sep=2)
except TypeError as error:
    print(error)
try:
    print(1, colour="red")
except TypeError as error:
    print(error)
sys.stdout.write("written\n")
sys.stderr.write("written to stderr\n")
