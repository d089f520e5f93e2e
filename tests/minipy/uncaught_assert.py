# SPDX-License-Identifier: MIT
# A failed assertion.
def check(x):
    assert x < 3, f"x is {x}"
    print("fine", x)


for i in range(5):
    check(i)
