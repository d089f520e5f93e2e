# SPDX-License-Identifier: MIT
# Case and tests.
text = "Hello, World"
print(text.upper(), text.lower(), text.swapcase(), text.title())
print("hello wORLD".capitalize(), "it's a test".title())
print("abc".isalpha(), "ab1".isalpha(), "123".isdigit(), "ab1".isalnum())
print("".isalpha(), " \n".isspace(), "abc".islower(), "ABC".isupper())
print("Abc".islower(), "name_1".isidentifier(), "1a".isidentifier())
print(text.startswith("Hello"), text.endswith("World"), text.startswith("ello", 1))
print(text.startswith(("x", "He")), text.endswith((".", "d")))
