# SPDX-License-Identifier: MIT
# int, str, hex, oct, bin and their errors.
print(int("42"), int("-17"), int("  8\n"), int("ff", 16), int("101", 2))
print(int(3.99), int(-3.99), int(True), int("1_000"), int("0x1f", 16), int())
print(hex(255), hex(-255), oct(8), bin(10), bin(-5), hex(0))
print(str(-5), repr(12), bool(0), bool(-1), float(7), ord("a"), chr(98))
for text in ("abc", "", "1.5", "12x"):
    try:
        int(text)
    except ValueError as error:
        print(error)
try:
    int([])
except TypeError as error:
    print(error)
print(round(7), round(1234, -2), round(15, -1), round(25, -1))
print(hash(5), hash(0), hash(-2), hash(True), hash(2.0) == hash(2))
print((5).bit_length(), (255).bit_length(), (0).bit_length())
