# SPDX-License-Identifier: MIT
# center, ljust, rjust, zfill, expandtabs, translate-like work.
print("|" + "ab".center(7) + "|" + "ab".center(7, "*") + "|" + "abc".center(6) + "|")
print("|" + "ab".ljust(5) + "|" + "ab".rjust(5) + "|" + "ab".ljust(5, ".") + "|")
print("42".zfill(5), "-42".zfill(5), "+1".zfill(4), "long".zfill(2))
print("".join(chr(ord(c) + 1) for c in "HAL"))
print("ab" * 3, 3 * "-", "x" * 0, "x" * -1)
print("a" < "b", "abc" < "abd", "Z" < "a", "" < "a", "abc" == "ab" + "c")
print(min("hello"), max("hello"), sorted("hello"), len("hello"))
print(list("abc"), tuple("ab"), sorted(set("mississippi")))
