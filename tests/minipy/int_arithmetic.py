# SPDX-License-Identifier: MIT
# Integer operators, division and remainder of negative numbers.
a, b = 17, 5
print(a + b, a - b, a * b, a / b, a // b, a % b, a**b)
print(-a // b, -a % b, a // -b, a % -b, -a // -b, -a % -b)
print(divmod(-7, 2), divmod(7, -2), divmod(7, 2))
print(-a, +a, ~a, abs(-a), -(-a))
print(2**10, (-2) ** 3, 2**0, 0**0, 2**-1, (-1) ** -1, pow(3, 4), pow(3, 4, 5))
print(7 & 3, 7 | 8, 7 ^ 2, 1 << 20, 1024 >> 3, -1 >> 5, -8 >> 1)
print(9223372036854775807, -9223372036854775807 - 1)
print(9223372036854775807 // 10, 9223372036854775807 % 1000)
print(1_000_000, 0xFF, 0o17, 0b1010, 0xdead_beef)
print(4611686018427387904 + 4611686018427387903, 3037000499 * 3037000499)
print(10 == 10.0, 3 < 3.5, True + True, True * 7, False == 0)
