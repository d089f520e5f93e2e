# SPDX-License-Identifier: MIT
# while with else, break, continue, nested loops.
i = 0
while i < 3:
    print(i, end=" ")
    i += 1
else:
    print("else")
while True:
    i += 1
    if i % 2:
        continue
    if i > 8:
        break
    print(i, end=" ")
else:
    print("must not come here")
print("after", i)
while False:
    pass
else:
    print("else of a loop that never ran")
outer = 0
while outer < 3:
    inner = 0
    while True:
        inner += 1
        if inner > outer:
            break
    outer += 1
    print(outer, inner, end="; ")
print()
