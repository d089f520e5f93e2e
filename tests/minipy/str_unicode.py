# SPDX-License-Identifier: MIT
# UTF-8 source, code point semantics.
s = "héllo wörld ☃ 🐍"
print(s, len(s))
print(s[1], s[-1], s[::-1], s[12:])
print(ord("é"), ord("☃"), ord("🐍"), chr(233), chr(9731), chr(128013))
print(s.find("wörld"), s.index("☃"), "🐍" in s, s.count("ö"))
print(repr(s), [s[0:5]])
print("é" == "\u00e9", "\U0001f40d" == "🐍", "a" < "é" < "☃" < "🐍")
print("|" + "é☃".center(6, "*") + "|" + f"{'é':>3}|{'☃':<3}|")
print(s.replace("ö", "oe").split(), s.partition("☃"))
print({"ключ": "значение"}["ключ"], sorted("яба"))
