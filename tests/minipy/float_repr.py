# SPDX-License-Identifier: MIT
# The shortest digits that read back as the same float.
for value in (
    0.1,
    0.1 + 0.2,
    1.0,
    100.0,
    1e15,
    1e16,
    1e17,
    123456789012345680.0,
    1e22,
    1e23,
    0.0001,
    0.00001,
    1.5e-7,
    5e-324,
    1.7976931348623157e308,
    2.5,
    1 / 3,
    2 / 3,
    -0.0,
    3.14159,
    1e100,
    12345.678,
):
    print(value, -value, repr(value) == str(value))
print(1e308 * 10, -1e308 * 10, float("inf") - float("inf"))
print(.5, 5., 1_0.0_1, 1E3, 1e+3)
print([0.1, 2.0], (1e16,), {"x": 1.25})
