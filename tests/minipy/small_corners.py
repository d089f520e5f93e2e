# Corners that differ easily: bool in a format, a remainder whose quotient does
# not fit, classes that are no containers.
print(f"{True:5}|{False:<7}|{True:d}|{True!s:>6}")
print((-9223372036854775807 - 1) % -1, 7 % -1, -7 % -1)


class Plain:
    pass


for name, kind in (("Plain", Plain), ("int", int), ("str", str)):
    try:
        kind[0]
    except TypeError as error:
        print(name, error)
print(list[int] is not None, dict[str, int] is not None)
