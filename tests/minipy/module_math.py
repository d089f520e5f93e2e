# SPDX-License-Identifier: MIT
# The math module.
import math

print(math.pi, math.e, math.inf, math.tau, math.nan)
print(math.sqrt(2), math.floor(-1.5), math.ceil(-1.5), math.trunc(-1.5), math.fabs(-2))
print(math.sin(1), math.cos(1), math.atan2(1, 2), math.exp(1), math.hypot(3, 4))
print(math.log(10), math.log(8, 2), math.log2(8), math.log10(1000), math.pow(2, 10))
print(math.isnan(math.nan), math.isinf(-math.inf), math.isfinite(1.0))
print(math.gcd(12, 18), math.factorial(10), math.fmod(-7, 3), math.copysign(1, -0.0))
print(math.degrees(math.pi), math.radians(180), math.isclose(0.1 + 0.2, 0.3))
print(math.floor(5), math.ceil(2.0001), type(math.floor(2.5)).__name__, math.isqrt(17))
for attempt in (
    lambda: math.sqrt(-1),
    lambda: math.log(0),
    lambda: math.sqrt("x"),
    lambda: math.factorial(-1),
    lambda: math.floor(math.nan),
    lambda: math.exp(1000),
):
    try:
        attempt()
    except (ValueError, TypeError, OverflowError) as error:
        print(type(error).__name__ + ":", error)
