# SPDX-License-Identifier: MIT
# for with else, break, continue over many kinds of iterables.
for letter in "abc":
    if letter == "b":
        continue
    print(letter, end=" ")
else:
    print("else")
for number in range(10):
    if number * number > 20:
        print("found", number)
        break
else:
    print("must not come here")
for number in []:
    print("must not come here")
else:
    print("empty")
for key in {"x": 1, "y": 2}:
    print(key, end=" ")
for pair in {"x": 1}.items():
    print(pair)
for a, (b, *c) in [(1, (2, 3, 4)), (5, "xyz")]:
    print(a, b, c)
for i in range(3):
    for j in range(3):
        if j == i:
            break
        print(i, j, end=" ")
print(i, j)
box = {}
for box["k"] in range(3):
    pass
print(box)
try:
    for x in 5:
        pass
except TypeError as error:
    print(error)
items = [1, 2, 3]
for item in items:
    if item < 3:
        items.append(item + 10)
print(items)
