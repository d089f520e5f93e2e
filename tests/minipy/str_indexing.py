# SPDX-License-Identifier: MIT
# Indexes and slices of strings.
s = "abcdefgh"
print(s[0], s[-1], s[2:5], s[:3], s[5:], s[-3:], s[:-3])
print(s[::2], s[1::2], s[::-1], s[6:2:-1], s[6:2:-2], s[100:], s[:100], s[5:2])
print(s[-100:3], s[3:-100:-1], s[:], s[None:None:None])
for index in (8, -9, "a", 1.0):
    try:
        s[index]
    except (IndexError, TypeError) as error:
        print(type(error).__name__ + ":", error)
try:
    s[0] = "x"
except TypeError as error:
    print(error)
try:
    s[::0]
except ValueError as error:
    print(error)
for c in s[:3]:
    print(c, end=".")
print()
