# SPDX-License-Identifier: MIT
# What format specs refuse.
for value, spec in (
    ("text", "d"),
    (1.5, "d"),
    (1, "s"),
    ([], "5"),
    (None, ">5"),
):
    try:
        print(format(value, spec))
    except (TypeError, ValueError) as error:
        print(type(error).__name__ + ":", error)
try:
    print(f"{'x':.2f}")
except ValueError as error:
    print(error)
try:
    print(f"{undefined_name}")
except NameError as error:
    print(error)
