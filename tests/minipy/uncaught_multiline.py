# SPDX-License-Identifier: MIT
# A statement over several lines.
def add(
    a,
    b,
):
    return (
        a
        + b
    )


print(
    add(
        1,
        2,
    )
)
print(add(
    1, "x"))
