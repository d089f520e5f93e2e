# SPDX-License-Identifier: MIT
# split, join, partition, strip and their relatives.
print("a b  c\td\n".split(), "a,b,,c".split(","), "a,b,c".split(",", 1))
print("a b c d".rsplit(" ", 2), "a--b--c".split("--"), "".split(), "".split(","))
print("one\ntwo\r\nthree\n".splitlines(), "a\n\nb".splitlines())
print("-".join(["a", "b", "c"]), "".join([]), ", ".join("xyz"))
print("key=value=x".partition("="), "none".partition("="))
print("key=value=x".rpartition("="), "none".rpartition("="))
print("|" + "  pad ".strip() + "|", "|" + "  pad ".lstrip() + "|" + "x ".rstrip() + "|")
print("xxhixx".strip("x"), "abcba".lstrip("ab"), "www.example.com".strip("w.moc"))
print("prefix-rest".removeprefix("prefix-"), "file.py".removesuffix(".py"))
try:
    "-".join(["a", 1])
except TypeError as error:
    print(error)
try:
    "a".split("")
except ValueError as error:
    print(error)
