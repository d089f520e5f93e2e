# SPDX-License-Identifier: MIT
# List comprehensions: conditions, nesting, several loops, scope.
print([x * x for x in range(6)], [x for x in range(10) if x % 2 if x > 3])
print([(x, y) for x in range(3) for y in "ab"], [x for row in [[1, 2], [3]] for x in row])
print([[i * j for j in range(3)] for i in range(3)])
matrix = [[1, 2, 3], [4, 5, 6]]
print([[row[i] for row in matrix] for i in range(3)], [a + b for a, b in [(1, 2), (3, 4)]])
print([x if x > 1 else -x for x in range(4)], [y for x in range(5) for y in range(x) if y % 2])
x = "kept"
print([x for x in "abc"], x)


def function(n):
    k = 10
    return [i * k + n for i in range(n)], [lambda: i for i in range(2)][0]()


print(function(3))
print([first for first, *rest in ["abc", "de"]], [i for i in range(3)][-1])
print([[] for _ in range(2)], [*(i for i in range(2))], [
    word.upper()
    for word in "a b".split()
    if word != "b"
])


class Holder:
    values = [1, 2]
    doubled = [v * 2 for v in values]


print(Holder.doubled)
