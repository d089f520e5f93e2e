# SPDX-License-Identifier: MIT
# Slices of lists, read and assigned.
items = list(range(10))
print(items[2:5], items[:3], items[7:], items[-2:], items[::3], items[::-2])
print(items[8:2:-2], items[5:1], items[20:], items[-20:2])
items[2:5] = ["a"]
print(items)
items[:0] = [-1, -2]
print(items)
items[len(items):] = (100,)
print(items)
items[::4] = ["x"] * len(items[::4])
print(items)
items[3:3] = []
items[1:] = []
print(items)
copy = items[:]
copy.append(1)
print(items, copy)
numbers = [1, 2, 3, 4]
numbers[1:3] = range(5)
print(numbers)
try:
    numbers[::2] = [1]
except ValueError as error:
    print(error)
try:
    numbers[0:1] = 5
except TypeError as error:
    print(error)
nested = [[0] * 3 for i in range(2)]
nested[0][1] = 7
print(nested)
cycle = [1]
cycle.append(cycle)
print(cycle)
