# SPDX-License-Identifier: MIT
# Comments, blank lines, continuation, semicolons, tabs of layout.
x = 1; y = 2; print(x, y)
if x == 1: print("one"); print("line")

total = x + \
    y

values = [
    1,  # a comment

    2,
    # another
    3,
]; print(values, total)


def documented():
    """Docstring."""
    # comment

    return (  # comment
        1 +
        2
    )  # comment


print(documented(), documented.__doc__)
if True:
	print("indented with a tab")
if x:
    if y:
        print("nested")
    # a comment at another level
  # and another
    print("still in the if")
for i in range(2): pass
else: print("else")
class Empty: pass
def short(): return 5
print(short(), Empty.__name__)
print(1 if x else 2); print((1, 2,)[1]); print({1: 2,}, [1,], {3,})
