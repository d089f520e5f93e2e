# SPDX-License-Identifier: MIT
# The = of f-strings.
x, y = 3, "text"
print(f"{x=} {y=} {x + 1=} {x = }")
print(f"{y=!s} {x=:>5} {3.14159=:.2f}")
